/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/block_handle.h"

#include "core/log.h"
#include "core/pool.h"
#include "efi/disk.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/open_protocol.h"
#include "lib/memory.h"

#define LARGEST_BLOCK 65536u

/* One transfer of whole blocks. A buffer that the protocol would not take goes block by block
 * through the bounce buffer. */
static EFI_STATUS transfer(struct block_handle *block, enum block_operation operation, uint64_t lba,
                           uint8_t *base, size_t size)
{
    EFI_BLOCK_IO_PROTOCOL *io = block->protocol;
    uint32_t media = io->Media->MediaId;
    size_t align = io->Media->IoAlign;
    if (align <= 1 || (uintptr_t)base % align == 0)
        return operation == BLOCK_READ ? io->ReadBlocks(io, media, lba, size, base)
                                       : io->WriteBlocks(io, media, lba, size, base);

    size_t step = block->foreign.block_size;
    for (size_t done = 0; done < size; done += step, lba++) {
        EFI_STATUS status;
        if (operation == BLOCK_READ) {
            status = io->ReadBlocks(io, media, lba, step, block->bounce);
            if (!EFI_ERROR(status))
                memcpy(base + done, block->bounce, step);
        } else {
            memcpy(block->bounce, base + done, step);
            status = io->WriteBlocks(io, media, lba, step, block->bounce);
        }
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS submit(struct block_device *device, struct block_request *request)
{
    struct block_handle *block = CONTAINER_OF(device, struct block_handle, foreign);
    EFI_STATUS status = EFI_SUCCESS;
    uint64_t lba = request->lba;

    if (request->operation == BLOCK_ERASE)
        return EFI_UNSUPPORTED;
    if (request->operation == BLOCK_FLUSH)
        status = block->protocol->FlushBlocks(block->protocol);
    for (size_t i = 0; i < request->segment_count && !EFI_ERROR(status); i++) {
        const struct block_segment *segment = &request->segments[i];
        if (segment->size % device->block_size != 0)
            return EFI_INVALID_PARAMETER;
        status = transfer(block, request->operation, lba, segment->base, segment->size);
        lba += segment->size / device->block_size;
    }
    request->complete(request, status);
    return EFI_SUCCESS;
}

static void poll(struct block_device *device)
{
}

static void abort_requests(struct block_device *device, EFI_STATUS status)
{
}

static const struct block_operations foreign_operations = {submit, poll, abort_requests};

static EFI_STATUS wrap(struct block_handle *block)
{
    const EFI_BLOCK_IO_MEDIA *media = block->protocol->Media;
    if (!media->MediaPresent || media->LastBlock == UINT64_MAX)
        return EFI_UNSUPPORTED;
    if (media->BlockSize < 512 || media->BlockSize > LARGEST_BLOCK ||
        (media->BlockSize & (media->BlockSize - 1)) != 0)
        return log_failure(EFI_UNSUPPORTED, "disk of a loaded driver: block size %u",
                           media->BlockSize);

    block->foreign = (struct block_device){
        .operations = &foreign_operations,
        .name = "disk of a loaded driver",
        .block_size = media->BlockSize,
        .block_count = media->LastBlock + 1,
        .blocks_per_physical_block = 1,
        .media_id = media->MediaId,
        .read_only = media->ReadOnly,
        .removable = media->RemovableMedia,
        .volatile_cache = media->WriteCaching,
    };
    if (media->IoAlign > EFI_PAGE_SIZE)
        return log_failure(EFI_UNSUPPORTED, "disk of a loaded driver: alignment %u",
                           media->IoAlign);
    if (media->IoAlign > 1) {
        block->bounce_size = media->BlockSize;
        block->bounce = pool_alloc_pages(block->bounce_size);
        if (block->bounce == NULL)
            return EFI_OUT_OF_RESOURCES;
    }
    block->device = &block->foreign;
    return EFI_SUCCESS;
}

EFI_STATUS block_handle_open(struct block_handle *block, EFI_HANDLE handle)
{
    EFI_BLOCK_IO_PROTOCOL *protocol = handle_interface(handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    if (protocol == NULL)
        return EFI_UNSUPPORTED;
    *block = (struct block_handle){.protocol = protocol};

    struct disk *disk = disk_from_block_io(protocol);
    if (disk == NULL || protocol_is_held(handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL)))
        return wrap(block);
    block->device = disk->device;
    return EFI_SUCCESS;
}

void block_handle_close(struct block_handle *block)
{
    pool_free_pages(block->bounce, block->bounce_size);
}
