/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/connect.h"
#include "efi/protocol/driver_binding.h"
#include "shell/command.h"
#include "shell/files/volume.h"
#include "shell/print.h"
#include "shell/shell.h"

/* connect, disconnect and reconnect: which drivers manage which controllers (UEFI 2.10 §7.3.12 and
 * on). */

enum { RECURSIVE, CONSOLES };

static const struct option connect_options[] = {
    {"-r", OPTION_FLAG, NULL,
     "Also to what comes of that, and so on; of all controllers if none is given."},
    {"-c", OPTION_FLAG, NULL, "The consoles that ConIn, ConOut and ErrOut name."},
};

static const struct option disconnect_options[] = {
    {"-r", OPTION_FLAG, NULL, "All drivers from all controllers; the consoles come back."},
    {"-nc", OPTION_FLAG, NULL, "With -r: the consoles do not come back."},
};

static const struct option reconnect_options[] = {
    {"-r", OPTION_FLAG, NULL, "All drivers and all controllers."},
};

/* Up to three handles: controller, driver, child. */
static EFI_STATUS take_handles(const struct invocation *i, EFI_HANDLE ret[3])
{
    EFI_STATUS status = handles_update();
    for (size_t at = 0; !EFI_ERROR(status) && at < i->count; at++)
        if (!handle_operand(i->operands[at], &ret[at]))
            status = EFI_INVALID_PARAMETER;
    return status;
}

static EFI_STATUS connect_one(const char16_t *word, EFI_HANDLE controller, EFI_HANDLE driver,
                              bool recursive)
{
    EFI_HANDLE drivers[] = {driver, NULL};
    EFI_STATUS status =
        shell.bs->ConnectController(controller, driver != NULL ? drivers : NULL, NULL, recursive);
    if (EFI_ERROR(status))
        return complain_status(status, "handle %ls", word);
    print("Handle %ls is connected.\n", word);
    return EFI_SUCCESS;
}

static EFI_STATUS disconnect_one(const char16_t *word, const EFI_HANDLE handles[3])
{
    EFI_STATUS status = shell.bs->DisconnectController(handles[0], handles[1], handles[2]);
    if (EFI_ERROR(status))
        return complain_status(status, "handle %ls", word);
    print("Handle %ls is disconnected.\n", word);
    return EFI_SUCCESS;
}

/* Mappings follow what is there now. */
static EFI_STATUS follow(EFI_STATUS status)
{
    EFI_STATUS updated = volumes_update(false);
    if (!EFI_ERROR(status) && EFI_ERROR(updated))
        return complain_status(updated, "mappings");
    return status;
}

static EFI_STATUS said(EFI_STATUS status, const char *what)
{
    return EFI_ERROR(status) && status != EFI_ABORTED ? complain_status(status, "%s", what)
                                                      : status;
}

static EFI_STATUS connect(struct invocation *i)
{
    EFI_HANDLE handles[3] = {0};
    EFI_STATUS status = EFI_SUCCESS;
    bool recursive = i->values[RECURSIVE] != NULL;
    if (i->values[CONSOLES] != NULL)
        status = said(connect_consoles(), "consoles");
    if (EFI_ERROR(status) || (i->values[CONSOLES] != NULL && i->count == 0 && !recursive))
        return status;
    if (i->count == 0)
        return follow(said(connect_all(i->arena, NULL, recursive), "handles"));
    status = take_handles(i, handles);
    if (EFI_ERROR(status))
        return status;
    if (i->count == 1 && handle_interface(handles[0], GUID_OF(EFI_DRIVER_BINDING_PROTOCOL)) != NULL)
        return follow(said(connect_all(i->arena, handles[0], recursive), "handles"));
    return follow(connect_one(i->operands[0], handles[0], handles[1], recursive));
}

static EFI_STATUS disconnect(struct invocation *i)
{
    EFI_HANDLE handles[3] = {0};
    if ((i->values[0] != NULL) == (i->count > 0)) {
        complain("either -r or a handle is needed; 'disconnect -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = EFI_SUCCESS;
    if (i->count > 0) {
        status = take_handles(i, handles);
        return EFI_ERROR(status) ? status : follow(disconnect_one(i->operands[0], handles));
    }
    status = disconnect_all(i->arena);
    if (i->values[1] == NULL)
        (void)!connect_consoles();
    return follow(said(status, "handles"));
}

static EFI_STATUS reconnect(struct invocation *i)
{
    EFI_HANDLE handles[3] = {0};
    EFI_STATUS status;
    if ((i->values[0] != NULL) == (i->count > 0)) {
        complain("either -r or a handle is needed; 'reconnect -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    if (i->count == 0) {
        status = disconnect_all(i->arena);
        (void)!connect_consoles();
        if (!EFI_ERROR(status))
            status = connect_all(i->arena, NULL, true);
        return follow(said(status, "handles"));
    }
    status = take_handles(i, handles);
    if (!EFI_ERROR(status))
        status = disconnect_one(i->operands[0], handles);
    if (!EFI_ERROR(status))
        status = connect_one(i->operands[0], handles[0], handles[1], true);
    return follow(status);
}

SHELL_COMMAND(connect_command) = {
    .name = "connect",
    .run = connect,
    .summary = "Lets drivers manage controllers.",
    .operands = "[controller [driver]]",
    .details =
        "Handles have the numbers that dh shows. Without any, every driver is offered every\n"
        "controller once. A driver alone is offered all controllers, before other drivers.",
    .examples = "  connect -r\n  connect 2a\n  connect 2a 17",
    OPTIONS(connect_options),
    .most = 2,
};

SHELL_COMMAND(disconnect_command) = {
    .name = "disconnect",
    .run = disconnect,
    .summary = "Makes drivers let controllers go.",
    .operands = "[controller [driver [child]]]",
    .examples = "  disconnect 2a\n  disconnect 2a 17 2b",
    OPTIONS(disconnect_options),
    .most = 3,
};

SHELL_COMMAND(reconnect_command) = {
    .name = "reconnect",
    .run = reconnect,
    .summary = "Disconnects drivers and connects them again.",
    .operands = "[controller [driver [child]]]",
    .examples = "  reconnect -r\n  reconnect 2a",
    OPTIONS(reconnect_options),
    .most = 3,
};
