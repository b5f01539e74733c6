/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/model/names.h"
#include "shell/model/relations.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

enum { LANGUAGE, SFO };

static const struct option options[] = {
    {"-l", OPTION_VALUE, "code", "Language of the names, as 'en'."},
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

static char type_of(const struct relations *r)
{
    return r->parents.count == 0 ? 'R' : r->children.count > 0 ? 'B' : 'D';
}

static bool any_diagnoses(const struct relations *r)
{
    for (size_t at = 0; at < r->drivers.count; at++)
        if (handle_has(r->drivers.list[at], u"DriverDiagnostics2"))
            return true;
    return false;
}

static void show(bool sfo, EFI_HANDLE handle, const struct relations *r, const char *language)
{
    struct text name = {0};
    bool configurable = handle_has(handle, u"HiiConfigAccess"), diagnosable = any_diagnoses(r);
    if (!append_controller_name(&name, handle, language))
        text_append_utf8(&name, "<unknown>");
    if (!sfo) {
        print("%4zX %c %c %c %3zu %3zu %3zu %ls\n", handle_number(handle), type_of(r),
              configurable ? 'X' : '-', diagnosable ? 'X' : '-', r->parents.count, r->drivers.count,
              r->children.count, text_string(&name));
    } else {
        sfo_row("DevicesInfo");
        sfo_column("%zX", handle_number(handle));
        sfo_column("%c", type_of(r));
        sfo_column("%c", configurable ? 'Y' : 'N');
        sfo_column("%c", diagnosable ? 'Y' : 'N');
        sfo_column("%zu", r->parents.count);
        sfo_column("%zu", r->drivers.count);
        sfo_column("%zu", r->children.count);
        sfo_text(text_string(&name));
        sfo_end();
    }
    text_free(&name);
}

static EFI_STATUS devices(struct invocation *i)
{
    struct family family;
    char language[16];
    const char *wanted = language_option(i->values[LANGUAGE], language, sizeof language);
    bool sfo = i->values[SFO] != NULL;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    status = family_read(i->arena, &family);
    if (EFI_ERROR(status))
        return status == EFI_ABORTED ? status : complain_status(status, "handles");
    if (sfo)
        sfo_command("devices");
    else
        print("CTRL T C D  #P  #D  #C NAME\n==== = = = === === === ====\n");
    for (size_t at = 0; at < family.all.count && !shell_interrupted(); at++)
        if (is_controller(&family.relations[at]))
            show(sfo, family.all.list[at], &family.relations[at], wanted);
    return EFI_SUCCESS;
}

SHELL_COMMAND(devices_command) = {
    .name = "devices",
    .run = devices,
    .summary = "Lists the controllers that drivers manage.",
    .operands = "",
    .details = "T is the type (R: root, B: bus, D: device), C whether it can be configured, D\n"
               "whether it can be diagnosed; #P, #D and #C count parents, drivers and children.",
    OPTIONS(options),
};
