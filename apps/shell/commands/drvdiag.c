/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/driver_diagnostics2.h"
#include "lib/status_name.h"
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/model/names.h"
#include "shell/model/relations.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { STANDARD, EXTENDED, MANUFACTURING, LANGUAGE, CHILDREN };

static const struct option options[] = {
    {"-s", OPTION_FLAG, NULL, "Runs the standard diagnostics."},
    {"-e", OPTION_FLAG, NULL, "Runs the extended ones."},
    {"-m", OPTION_FLAG, NULL, "Runs those of manufacturing."},
    {"-l", OPTION_VALUE, "code", "Language of the results, as 'en'."},
    {"-c", OPTION_FLAG, NULL, "Also of the children of each controller."},
};

static const EFI_GUID guid = EFI_DRIVER_DIAGNOSTICS2_PROTOCOL_GUID;

static EFI_STATUS run_one(EFI_HANDLE driver, EFI_HANDLE controller, EFI_HANDLE child,
                          EFI_DRIVER_DIAGNOSTIC_TYPE type, const char *language)
{
    EFI_DRIVER_DIAGNOSTICS2_PROTOCOL *diagnostics = handle_interface(driver, &guid);
    EFI_GUID *error = NULL;
    char16_t *text = NULL;
    size_t size = 0;
    if (diagnostics == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = diagnostics->RunDiagnostics(diagnostics, controller, child, type, language,
                                                    &error, &size, &text);
    print("Driver %zX, controller %zX: %s\n", handle_number(driver), handle_number(controller),
          status_name(status));
    if (text != NULL) {
        print("  %ls\n", text);
        shell.bs->FreePool(text);
    }
    return status;
}

/* Without -s, -e and -m: which drivers have diagnostics. */
static EFI_STATUS list_all(struct invocation *i)
{
    struct handles list;
    EFI_STATUS status = handles_with(i->arena, &guid, &list);
    if (EFI_ERROR(status))
        return complain_status(status, "handles");
    print("Drivers with diagnostics:%s\n", list.count == 0 ? " none" : "");
    for (size_t at = 0; at < list.count; at++) {
        struct text name = {0};
        append_driver_name(&name, list.list[at], NULL);
        print("  %zX %ls\n", handle_number(list.list[at]), text_string(&name));
        text_free(&name);
    }
    return EFI_SUCCESS;
}

/* What -s, -e and -m run, and on what. */
struct diagnosis {
    EFI_HANDLE handles[3]; /* driver, controller, child; NULL: any */
    EFI_DRIVER_DIAGNOSTIC_TYPE type;
    const char *language;
    const struct family *family; /* -c */
};

/* An error that a test found; EFI_UNSUPPORTED: the driver has none for it. */
static void run_here(const struct diagnosis *d, EFI_HANDLE driver, EFI_HANDLE controller,
                     EFI_HANDLE child, EFI_STATUS *result)
{
    EFI_STATUS status = run_one(driver, controller, child, d->type, d->language);
    if (EFI_ERROR(status) && status != EFI_UNSUPPORTED)
        *result = status;
}

static void run_on(const struct diagnosis *d, EFI_HANDLE driver, EFI_HANDLE controller,
                   EFI_STATUS *result)
{
    const struct relations *r = d->family != NULL ? family_of(d->family, controller) : NULL;
    run_here(d, driver, controller, d->handles[2], result);
    for (size_t at = 0; r != NULL && at < r->children.count && !shell_interrupted(); at++)
        if (d->handles[2] == NULL)
            run_here(d, driver, controller, r->children.list[at], result);
}

static EFI_STATUS run_matching(struct invocation *i, const struct diagnosis *diagnosis)
{
    struct handles drivers, controllers;
    EFI_STATUS status = handles_with(i->arena, &guid, &drivers), result = EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = handles_with(i->arena, NULL, &controllers);
    if (EFI_ERROR(status))
        return complain_status(status, "handles");
    const EFI_HANDLE *wanted = diagnosis->handles;
    for (size_t d = 0; d < drivers.count; d++)
        for (size_t c = 0; c < controllers.count && !shell_interrupted(); c++)
            if ((wanted[0] == NULL || drivers.list[d] == wanted[0]) &&
                (wanted[1] == NULL || controllers.list[c] == wanted[1]))
                run_on(diagnosis, drivers.list[d], controllers.list[c], &result);
    return shell_interrupted() ? EFI_ABORTED : result;
}

static EFI_STATUS drvdiag(struct invocation *i)
{
    struct family family;
    char buffer[16];
    const char *language = language_option(i->values[LANGUAGE], buffer, sizeof buffer);
    struct diagnosis diagnosis = {.language = language != NULL ? language : "en"};
    EFI_STATUS status = handles_update();
    for (size_t at = 0; !EFI_ERROR(status) && at < i->count; at++)
        if (!handle_operand(i->operands[at], &diagnosis.handles[at]))
            status = EFI_INVALID_PARAMETER;
    if (EFI_ERROR(status))
        return status;
    if (i->values[CHILDREN] != NULL) {
        status = family_read(i->arena, &family);
        if (EFI_ERROR(status))
            return status == EFI_ABORTED ? status : complain_status(status, "handles");
        diagnosis.family = &family;
    }
    for (int type = STANDARD; type <= MANUFACTURING; type++)
        if (i->values[type] != NULL) {
            diagnosis.type = (EFI_DRIVER_DIAGNOSTIC_TYPE)type;
            return run_matching(i, &diagnosis);
        }
    return list_all(i);
}

SHELL_COMMAND(drvdiag_command) = {
    .name = "drvdiag",
    .run = drvdiag,
    .summary = "Runs diagnostics of drivers, or lists the drivers that have some.",
    .operands = "[driver [controller [child]]]",
    OPTIONS(options),
    .most = 3,
};
