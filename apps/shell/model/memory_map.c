/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/memory_map.h"

#include "lib/checked.h"
#include "shell/memory.h"
#include "shell/shell.h"

EFI_STATUS memory_map_read(struct memory_map *ret)
{
    EFI_STATUS status = EFI_BUFFER_TOO_SMALL;
    uint32_t version;
    size_t key;
    *ret = (struct memory_map){.size = 4096};
    /* Allocating may add descriptors. */
    for (unsigned tries = 0; tries < 8 && status == EFI_BUFFER_TOO_SMALL; tries++) {
        shell_free(ret->data);
        ret->size += 8 * sizeof(EFI_MEMORY_DESCRIPTOR);
        ret->data = shell_alloc(ret->size);
        if (ret->data == NULL)
            return EFI_OUT_OF_RESOURCES;
        status = shell.bs->GetMemoryMap(&ret->size, (EFI_MEMORY_DESCRIPTOR *)ret->data, &key,
                                        &ret->descriptor_size, &version);
    }
    if (EFI_ERROR(status)) {
        shell_free(ret->data);
        ret->data = NULL;
    }
    return status;
}

void memory_map_free(struct memory_map *map)
{
    shell_free(map->data);
    map->data = NULL;
}

bool memory_map_has(const struct memory_map *map, uint64_t address, uint64_t size)
{
    for (size_t at = 0; at + map->descriptor_size <= map->size; at += map->descriptor_size) {
        const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(map->data + at);
        if (address >= d->PhysicalStart &&
            range_within(address - d->PhysicalStart, size, d->NumberOfPages * EFI_PAGE_SIZE))
            return true;
    }
    return false;
}
