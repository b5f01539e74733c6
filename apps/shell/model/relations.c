/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/relations.h"

#include "shell/shell.h"

static bool contains(const struct handles *set, EFI_HANDLE handle)
{
    for (size_t at = 0; at < set->count; at++)
        if (set->list[at] == handle)
            return true;
    return false;
}

/* Lists grow by doubling: they have room for the next power of two. */
static EFI_STATUS add(struct arena *arena, struct handles *set, EFI_HANDLE handle)
{
    if (handle == NULL || contains(set, handle))
        return EFI_SUCCESS;
    if ((set->count & (set->count - 1)) == 0) {
        EFI_HANDLE *list = arena_alloc(arena, (2 * set->count + 1) * sizeof *list);
        if (list == NULL)
            return EFI_OUT_OF_RESOURCES;
        for (size_t at = 0; at < set->count; at++)
            list[at] = set->list[at];
        set->list = list;
    }
    set->list[set->count++] = handle;
    return EFI_SUCCESS;
}

static struct relations *find(const struct family *family, EFI_HANDLE handle)
{
    for (size_t at = 0; at < family->all.count; at++)
        if (family->all.list[at] == handle)
            return &family->relations[at];
    return NULL;
}

/* One line of the books: `agent` has something of `parent` open for `entry->ControllerHandle`. */
static EFI_STATUS take(struct arena *arena, struct family *family, size_t parent,
                       const EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entry)
{
    struct relations *mine = &family->relations[parent];
    EFI_STATUS status = EFI_SUCCESS;
    if ((entry->Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0)
        status = add(arena, &mine->drivers, entry->AgentHandle);
    if (EFI_ERROR(status) || (entry->Attributes & EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER) == 0)
        return status;
    status = add(arena, &mine->children, entry->ControllerHandle);
    struct relations *child = find(family, entry->ControllerHandle);
    if (EFI_ERROR(status) || child == NULL)
        return status;
    return add(arena, &child->parents, family->all.list[parent]);
}

static EFI_STATUS read_protocol(struct arena *arena, struct family *family, size_t at,
                                const EFI_GUID *protocol)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count;
    EFI_STATUS status =
        shell.bs->OpenProtocolInformation(family->all.list[at], protocol, &entries, &count);
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS;
    if (EFI_ERROR(status))
        return status;
    for (size_t entry = 0; entry < count && !EFI_ERROR(status); entry++)
        status = take(arena, family, at, &entries[entry]);
    shell.bs->FreePool(entries);
    return status;
}

static EFI_STATUS read_handle(struct arena *arena, struct family *family, size_t at)
{
    EFI_GUID **protocols;
    size_t count;
    EFI_STATUS status = shell.bs->ProtocolsPerHandle(family->all.list[at], &protocols, &count);
    if (EFI_ERROR(status)) /* it went meanwhile */
        return EFI_SUCCESS;
    for (size_t n = 0; n < count && !EFI_ERROR(status); n++)
        status = read_protocol(arena, family, at, protocols[n]);
    shell.bs->FreePool(protocols);
    return status;
}

EFI_STATUS family_read(struct arena *arena, struct family *ret)
{
    EFI_STATUS status = handles_with(arena, NULL, &ret->all);
    if (EFI_ERROR(status))
        return status;
    ret->relations = arena_alloc(arena, (ret->all.count + 1) * sizeof *ret->relations);
    if (ret->relations == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (size_t at = 0; at < ret->all.count && !EFI_ERROR(status); at++)
        status = shell_interrupted() ? EFI_ABORTED : read_handle(arena, ret, at);
    return status;
}

EFI_STATUS drivers_of(struct arena *arena, EFI_HANDLE handle, struct handles *ret)
{
    struct relations relations = {0};
    struct family alone = {.all = {&handle, 1}, .relations = &relations};
    EFI_STATUS status = read_handle(arena, &alone, 0);
    *ret = relations.drivers;
    return status;
}

const struct relations *family_of(const struct family *family, EFI_HANDLE handle)
{
    return find(family, handle);
}

void family_count_of_driver(const struct family *family, EFI_HANDLE driver, size_t *ret_managed,
                            size_t *ret_children)
{
    *ret_managed = 0;
    *ret_children = 0;
    for (size_t at = 0; at < family->all.count; at++) {
        const struct relations *r = &family->relations[at];
        if (!contains(&r->drivers, driver))
            continue;
        ++*ret_managed;
        *ret_children += r->children.count;
    }
}

bool is_controller(const struct relations *relations)
{
    return relations->drivers.count + relations->children.count + relations->parents.count > 0;
}
