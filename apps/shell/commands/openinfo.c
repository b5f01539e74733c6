/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/model/handles.h"
#include "shell/model/names.h"
#include "shell/model/protocol_names.h"
#include "shell/print.h"
#include "shell/shell.h"

static const char *kind(uint32_t attributes)
{
    static const struct {
        uint32_t bits;
        const char *name;
    } kinds[] = {
        {EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE, "DriverEx"},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, "Driver"},
        {EFI_OPEN_PROTOCOL_EXCLUSIVE, "Exclusive"},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, "Child"},
        {EFI_OPEN_PROTOCOL_TEST_PROTOCOL, "TestProt"},
        {EFI_OPEN_PROTOCOL_GET_PROTOCOL, "GetProt"},
        {EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL, "HandProt"},
    };
    for (size_t at = 0; at < ARRAY_SIZE(kinds); at++)
        if ((attributes & kinds[at].bits) == kinds[at].bits)
            return kinds[at].name;
    return "?";
}

static void show(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count;
    const char *name = protocol_name(protocol);
    if (EFI_ERROR(shell.bs->OpenProtocolInformation(handle, protocol, &entries, &count)))
        return;
    if (name != NULL)
        print("%s\n", name);
    else
        print("%pU\n", protocol);
    for (size_t at = 0; at < count; at++) {
        struct text agent = {0};
        append_driver_name(&agent, entries[at].AgentHandle, NULL);
        print("  Agent %3zX  Controller %3zX  Count %2u  %-9s %ls\n",
              handle_number(entries[at].AgentHandle), handle_number(entries[at].ControllerHandle),
              entries[at].OpenCount, kind(entries[at].Attributes), text_string(&agent));
        text_free(&agent);
    }
    shell.bs->FreePool(entries);
}

static EFI_STATUS openinfo(struct invocation *i)
{
    EFI_GUID **protocols;
    EFI_HANDLE handle;
    size_t count;
    EFI_STATUS status = handles_update();
    if (EFI_ERROR(status))
        return status;
    if (!handle_operand(i->operands[0], &handle))
        return EFI_INVALID_PARAMETER;
    status = shell.bs->ProtocolsPerHandle(handle, &protocols, &count);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", i->operands[0]);
    for (size_t at = 0; at < count && !shell_interrupted(); at++)
        show(handle, protocols[at]);
    shell.bs->FreePool(protocols);
    return EFI_SUCCESS;
}

SHELL_COMMAND(openinfo_command) = {
    .name = "openinfo",
    .run = openinfo,
    .summary = "Shows who has the protocols of a handle open.",
    .operands = "handle",
    .examples = "  openinfo 2a",
    .least = 1,
    .most = 1,
};
