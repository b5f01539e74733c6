/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/guid.h"
#include "efi/protocol/block_io.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/files/volume.h"
#include "shell/fullscreen/host_efi.h"
#include "shell/memory.h"
#include "shell/model/handles.h"
#include "shell/shell.h"

static EFI_BLOCK_IO_PROTOCOL *block_io_of(const char16_t *disk)
{
    struct mapping *mapping = mapping_find(disk, ucs2_length(disk, SIZE_MAX));
    return mapping != NULL
               ? handle_interface(mapping->volume->handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL))
               : NULL;
}

/* Reads or writes whole blocks, by memory that is aligned as the device wants it. */
static EFI_STATUS transfer(EFI_BLOCK_IO_PROTOCOL *block_io, bool write, EFI_LBA lba, void *data,
                           size_t size)
{
    size_t align = MAX(block_io->Media->IoAlign, 1u);
    char *memory = shell_alloc(size + align);
    if (memory == NULL)
        return EFI_OUT_OF_RESOURCES;
    char *buffer = memory + (align - (uintptr_t)memory % align) % align;
    uint32_t id = block_io->Media->MediaId;
    EFI_STATUS status;
    if (write) {
        memcpy(buffer, data, size);
        status = block_io->WriteBlocks(block_io, id, lba, size, buffer);
        if (!EFI_ERROR(status))
            status = block_io->FlushBlocks(block_io);
    } else {
        status = block_io->ReadBlocks(block_io, id, lba, size, buffer);
        if (!EFI_ERROR(status))
            memcpy(data, buffer, size);
    }
    shell_free(memory);
    return status;
}

/* The region's bytes, after a look whether it can be. */
static EFI_STATUS measure(const struct region *r, EFI_BLOCK_IO_PROTOCOL *block_io, size_t *ret_unit,
                          size_t *ret_size)
{
    size_t unit = 1;
    uint64_t size;
    if (r->kind == REGION_DISK) {
        if (block_io == NULL)
            return EFI_NOT_FOUND;
        unit = block_io->Media->BlockSize;
        if (!range_within(r->first, r->count, block_io->Media->LastBlock + 1))
            return EFI_INVALID_PARAMETER;
    } else if (r->count > UINTPTR_MAX - r->first) {
        return EFI_INVALID_PARAMETER;
    }
    if (unit == 0 || r->count == 0 || !checked_mul(r->count, unit, &size) || size > REGION_MOST)
        return EFI_INVALID_PARAMETER;
    *ret_unit = unit;
    *ret_size = (size_t)size;
    return EFI_SUCCESS;
}

static EFI_STATUS read_region(void *context, const struct region *r, void **ret, size_t *ret_size,
                              size_t *ret_unit)
{
    EFI_BLOCK_IO_PROTOCOL *block_io = r->kind == REGION_DISK ? block_io_of(r->disk) : NULL;
    size_t unit, size;
    EFI_STATUS status = measure(r, block_io, &unit, &size);
    if (EFI_ERROR(status))
        return status;
    void *data = shell_alloc(size);
    if (data == NULL)
        return EFI_OUT_OF_RESOURCES;
    if (block_io != NULL)
        status = transfer(block_io, false, r->first, data, size);
    else
        memcpy(data, (const void *)(uintptr_t)r->first, size);
    if (EFI_ERROR(status)) {
        shell_free(data);
        return status;
    }
    *ret = data;
    *ret_size = size;
    *ret_unit = unit;
    return EFI_SUCCESS;
}

static EFI_STATUS write_region(void *context, const struct region *r, size_t at, const void *data,
                               size_t size)
{
    if (r->kind == REGION_MEMORY) {
        memcpy((void *)((uintptr_t)r->first + at), data, size);
        return EFI_SUCCESS;
    }
    EFI_BLOCK_IO_PROTOCOL *block_io = block_io_of(r->disk);
    if (block_io == NULL || block_io->Media->BlockSize == 0)
        return EFI_NO_MEDIA;
    return transfer(block_io, true, r->first + at / block_io->Media->BlockSize, (void *)data, size);
}

const struct region_host host_regions = {read_region, write_region, NULL};
