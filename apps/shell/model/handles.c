/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/handles.h"

#include "shell/command.h"
#include "shell/model/protocol_names.h"
#include "shell/print.h"
#include "shell/shell.h"

/* [n - 1] has number n. */
static struct {
    EFI_HANDLE *list;
    bool *alive;
    size_t count, capacity;
} numbered;

static bool grow(void)
{
    size_t capacity = numbered.capacity == 0 ? 256 : 2 * numbered.capacity;
    EFI_HANDLE *list = shell_alloc(capacity * sizeof *list);
    bool *alive = shell_alloc(capacity * sizeof *alive);
    if (list == NULL || alive == NULL) {
        shell_free(list);
        shell_free(alive);
        return false;
    }
    for (size_t at = 0; at < numbered.count; at++) {
        list[at] = numbered.list[at];
        alive[at] = numbered.alive[at];
    }
    shell_free(numbered.list);
    shell_free(numbered.alive);
    numbered.list = list;
    numbered.alive = alive;
    numbered.capacity = capacity;
    return true;
}

/* Index, or numbered.count. The search begins where the last handle was: lists come in an order
 * that stays. */
static size_t find(EFI_HANDLE handle, size_t start)
{
    for (size_t step = 0; step < numbered.count; step++) {
        size_t at = (start + step) % numbered.count;
        if (numbered.list[at] == handle)
            return at;
    }
    return numbered.count;
}

EFI_STATUS handles_with(struct arena *arena, const EFI_GUID *protocol, struct handles *ret)
{
    EFI_HANDLE *buffer;
    *ret = (struct handles){0};
    size_t count;
    EFI_STATUS status = shell.bs->LocateHandleBuffer(protocol != NULL ? ByProtocol : AllHandles,
                                                     protocol, NULL, &count, &buffer);
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS;
    if (EFI_ERROR(status))
        return status;
    ret->list = arena_alloc(arena, (count + 1) * sizeof *ret->list);
    for (size_t at = 0; ret->list != NULL && at < count; at++)
        ret->list[at] = buffer[at];
    shell.bs->FreePool(buffer);
    if (ret->list == NULL)
        return EFI_OUT_OF_RESOURCES;
    ret->count = count;
    return EFI_SUCCESS;
}

static EFI_STATUS number_all(const struct handles *all)
{
    for (size_t at = 0; at < numbered.count; at++)
        numbered.alive[at] = false;
    size_t place = 0;
    for (size_t at = 0; at < all->count; at++) {
        place = find(all->list[at], place);
        if (place == numbered.count) {
            if (numbered.count == numbered.capacity && !grow())
                return EFI_OUT_OF_RESOURCES;
            numbered.list[numbered.count++] = all->list[at];
        }
        numbered.alive[place++] = true;
    }
    return EFI_SUCCESS;
}

EFI_STATUS handles_update(void)
{
    struct arena arena = {0};
    struct handles all;
    EFI_STATUS status = handles_with(&arena, NULL, &all);
    if (!EFI_ERROR(status))
        status = number_all(&all);
    arena_free(&arena);
    return EFI_ERROR(status) ? complain_status(status, "handles") : status;
}

size_t handles_highest(void)
{
    return numbered.count;
}

EFI_HANDLE handle_of_number(size_t number)
{
    bool known = number > 0 && number <= numbered.count && numbered.alive[number - 1];
    return known ? numbered.list[number - 1] : NULL;
}

size_t handle_number(EFI_HANDLE handle)
{
    size_t at = find(handle, 0);
    return at < numbered.count ? at + 1 : 0;
}

bool handle_operand(const char16_t *word, EFI_HANDLE *ret)
{
    uint64_t number;
    if (!command_number(word, true, &number))
        return false;
    *ret = handle_of_number(number);
    if (*ret == NULL)
        complain("there is no handle %ls", word);
    return *ret != NULL;
}

void *handle_interface(EFI_HANDLE handle, const EFI_GUID *protocol)
{
    void *interface = NULL;
    EFI_STATUS status = shell.bs->OpenProtocol(handle, protocol, &interface, shell.image, NULL,
                                               EFI_OPEN_PROTOCOL_GET_PROTOCOL);
    return EFI_ERROR(status) ? NULL : interface;
}

void *first_interface(const EFI_GUID *protocol)
{
    void *interface = NULL;
    return EFI_ERROR(shell.bs->LocateProtocol(protocol, NULL, &interface)) ? NULL : interface;
}

bool handle_has(EFI_HANDLE handle, const char16_t *protocol)
{
    const EFI_GUID *guid = protocol_guid(protocol);
    return guid != NULL && handle_interface(handle, guid) != NULL;
}
