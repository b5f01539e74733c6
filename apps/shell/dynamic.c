/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/dynamic.h"

#include "shell/model/handles.h"
#include "shell/shell.h"
#include "shell/streams/proxy.h"
#include "shell/text.h"

static const EFI_GUID guid = EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL_GUID;

EFI_STATUS dynamic_list(struct arena *arena, struct dynamic_commands *ret)
{
    struct handles handles;
    EFI_STATUS status = handles_with(arena, &guid, &handles);
    if (EFI_ERROR(status))
        return status;
    *ret = (struct dynamic_commands){
        .list = arena_alloc(arena, (handles.count + 1) * sizeof *ret->list)};
    if (ret->list == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t i = 0; i < handles.count; i++) {
        EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command = handle_interface(handles.list[i], &guid);
        if (command != NULL && command->CommandName != NULL && command->CommandName[0] != 0)
            ret->list[ret->count++] = command;
    }
    return EFI_SUCCESS;
}

EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *dynamic_find(const char16_t *name)
{
    struct arena arena = {0};
    struct dynamic_commands commands;
    EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *found = NULL;
    if (!EFI_ERROR(dynamic_list(&arena, &commands)))
        for (size_t i = 0; i < commands.count && found == NULL; i++)
            if (text_compare_ignoring_case(commands.list[i]->CommandName, name) == 0)
                found = commands.list[i];
    arena_free(&arena);
    return found;
}

EFI_STATUS dynamic_run(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *command, char16_t **words, size_t count,
                       size_t *ret_code)
{
    EFI_SHELL_PARAMETERS_PROTOCOL parameters = {words, count, shell.input, shell.output,
                                                shell.error};
    EFI_SHELL_PROTOCOL *protocol = first_interface(GUID_OF(EFI_SHELL_PROTOCOL));
    if (protocol == NULL)
        return EFI_NOT_FOUND;
    proxy_enter();
    *ret_code = command->Handler(command, shell.table, &parameters, protocol);
    proxy_leave();
    return EFI_SUCCESS;
}
