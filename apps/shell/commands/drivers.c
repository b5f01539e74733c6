/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/driver_binding.h"
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

struct facts {
    size_t number, managed, children;
    uint32_t version;
    bool is_bus, has_configuration, has_diagnostics;
    struct text name, image;
};

static void print_row(const struct facts *f)
{
    print("%3zX %08X %c %c %c %3zu %3zu %-35ls %ls\n", f->number, f->version, f->is_bus ? 'B' : 'D',
          f->has_configuration ? 'X' : '-', f->has_diagnostics ? 'X' : '-', f->managed, f->children,
          text_string(&f->name), text_string(&f->image));
}

static void sfo_print_row(const struct facts *f)
{
    sfo_row("DriversInfo");
    sfo_column("%zX", f->number);
    sfo_column("%X", f->version);
    sfo_column("%c", f->is_bus ? 'B' : 'D');
    sfo_column("%c", f->has_configuration ? 'Y' : 'N');
    sfo_column("%c", f->has_diagnostics ? 'Y' : 'N');
    sfo_column("%zu", f->managed);
    sfo_column("%zu", f->children);
    sfo_text(text_string(&f->name));
    sfo_text(text_string(&f->image));
    sfo_end();
}

static void show(const struct invocation *i, const struct family *family, EFI_HANDLE handle,
                 const char *language)
{
    const EFI_DRIVER_BINDING_PROTOCOL *binding =
        handle_interface(handle, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL));
    if (binding == NULL)
        return;
    struct facts facts = {
        .number = handle_number(handle),
        .version = binding->Version,
        .has_configuration = handle_has(handle, u"HiiConfigAccess"),
        .has_diagnostics = handle_has(handle, u"DriverDiagnostics2"),
    };
    family_count_of_driver(family, handle, &facts.managed, &facts.children);
    facts.is_bus = facts.children > 0;
    if (!append_driver_name(&facts.name, handle, language))
        text_append_utf8(&facts.name, "<unknown>");
    append_image_file(&facts.image, handle);
    if (i->values[SFO] != NULL)
        sfo_print_row(&facts);
    else
        print_row(&facts);
    text_free(&facts.name);
    text_free(&facts.image);
}

static EFI_STATUS drivers(struct invocation *i)
{
    struct family family;
    struct handles list;
    char language[16];
    const char *wanted = language_option(i->values[LANGUAGE], language, sizeof language);
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    status = family_read(i->arena, &family);
    if (!EFI_ERROR(status))
        status = handles_with(i->arena, GUID_OF(EFI_DRIVER_BINDING_PROTOCOL), &list);
    if (EFI_ERROR(status))
        return status == EFI_ABORTED ? status : complain_status(status, "handles");
    if (i->values[SFO] != NULL)
        sfo_command("drivers");
    else
        print("DRV VERSION  T C D  #D  #C NAME                                IMAGE\n"
              "=== ======== = = = === === =================================== =====\n");
    for (size_t at = 0; at < list.count && !shell_interrupted(); at++)
        show(i, &family, list.list[at], wanted);
    return EFI_SUCCESS;
}

SHELL_COMMAND(drivers_command) = {
    .name = "drivers",
    .run = drivers,
    .summary = "Lists the drivers.",
    .operands = "",
    .details = "T is the type (B: it makes children; D: it does not), C whether the driver can be\n"
               "configured, D whether it can be diagnosed, #D the number of controllers that it\n"
               "manages and #C that of their children.",
    OPTIONS(options),
};
