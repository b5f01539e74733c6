/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/memory_disk.h"

#include "lib/ascii.h"
#include "lib/checked.h"
#include "lib/memory.h"

#define BLOCK_SIZE 512u

static EFI_STATUS check(const struct block_device *device, const struct block_request *request)
{
    uint64_t size = 0;
    for (size_t i = 0; i < request->segment_count; i++)
        if (!checked_add(size, request->segments[i].size, &size))
            return EFI_INVALID_PARAMETER;
    if (size % BLOCK_SIZE != 0 ||
        !range_within(request->lba, size / BLOCK_SIZE, device->block_count))
        return EFI_INVALID_PARAMETER;
    if (request->operation == BLOCK_WRITE && device->read_only)
        return EFI_WRITE_PROTECTED;
    return request->operation == BLOCK_ERASE ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

static EFI_STATUS submit(struct block_device *device, struct block_request *request)
{
    EFI_STATUS status = check(device, request);
    if (EFI_ERROR(status))
        return status;
    uint8_t *at =
        CONTAINER_OF(device, struct memory_disk, device)->memory + request->lba * BLOCK_SIZE;
    for (size_t i = 0; i < request->segment_count; i++) {
        const struct block_segment *segment = &request->segments[i];
        if (request->operation == BLOCK_READ)
            memmove(segment->base, at, segment->size);
        else
            memmove(at, segment->base, segment->size);
        at += segment->size;
    }
    request->complete(request, EFI_SUCCESS);
    return EFI_SUCCESS;
}

/* Nothing is ever in flight. */
static void memory_disk_poll(struct block_device *device)
{
}

static void memory_disk_abort(struct block_device *device, EFI_STATUS status)
{
}

void memory_disk_init(struct memory_disk *disk, void *memory, uint64_t size, bool read_only,
                      const char *name)
{
    static const struct block_operations operations = {
        .submit = submit, .poll = memory_disk_poll, .abort = memory_disk_abort};
    *disk = (struct memory_disk){
        .memory = memory,
        .device =
            {
                .operations = &operations,
                .block_size = BLOCK_SIZE,
                .block_count = size / BLOCK_SIZE,
                .blocks_per_physical_block = 1,
                .read_only = read_only,
            },
    };
    ascii_copy(disk->device.name, sizeof disk->device.name, name);
}
