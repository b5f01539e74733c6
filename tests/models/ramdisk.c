/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/ramdisk.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/checked.h"
#include "lib/memory.h"

static uint64_t blocks_of(const struct ramdisk *disk, const struct block_request *request)
{
    if (request->operation == BLOCK_ERASE)
        return request->block_count;
    uint64_t bytes = 0;
    for (size_t i = 0; i < request->segment_count; i++)
        bytes += request->segments[i].size;
    return bytes / disk->device.block_size;
}

static EFI_STATUS check(const struct ramdisk *disk, const struct block_request *request)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < request->segment_count; i++)
        bytes += request->segments[i].size;
    if (disk->dead)
        return EFI_DEVICE_ERROR;
    if (bytes % disk->device.block_size != 0 ||
        !range_within(request->lba, blocks_of(disk, request), disk->device.block_count))
        return EFI_INVALID_PARAMETER;
    if (request->operation != BLOCK_READ && disk->device.read_only)
        return EFI_WRITE_PROTECTED;
    if (request->operation == BLOCK_ERASE && !disk->device.can_erase)
        return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

/* Segments may end inside a block, so writing counts bytes. */
static EFI_STATUS write_segments(struct ramdisk *disk, const struct block_request *request)
{
    uint8_t *to = disk->data + request->lba * disk->device.block_size;
    uint64_t left = blocks_of(disk, request);
    uint64_t allowed = left;
    if (disk->writes_until_error != RAMDISK_NEVER) {
        allowed = left < disk->writes_until_error ? left : disk->writes_until_error;
        disk->writes_until_error -= allowed;
    }
    uint64_t bytes = allowed * disk->device.block_size;
    for (size_t i = 0; i < request->segment_count; i++) {
        size_t size = MIN(bytes, request->segments[i].size);
        memcpy(to, request->segments[i].base, size);
        to += size;
        bytes -= size;
    }
    disk->blocks_written += allowed;
    return allowed == left ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

static EFI_STATUS perform(struct ramdisk *disk, struct block_request *request)
{
    uint64_t count = blocks_of(disk, request);
    const uint8_t *from = disk->data + request->lba * disk->device.block_size;
    if (disk->error_lba >= request->lba && disk->error_lba - request->lba < count)
        return EFI_DEVICE_ERROR;
    switch (request->operation) {
    case BLOCK_READ:
        disk->reads++;
        disk->blocks_read += count;
        for (size_t i = 0; i < request->segment_count; i++) {
            memcpy(request->segments[i].base, from, request->segments[i].size);
            from += request->segments[i].size;
        }
        return EFI_SUCCESS;
    case BLOCK_WRITE:
        disk->writes++;
        return write_segments(disk, request);
    case BLOCK_FLUSH:
        disk->flushes++;
        return EFI_SUCCESS;
    default:
        disk->erases++;
        memset(disk->data + request->lba * disk->device.block_size, 0xee,
               count * disk->device.block_size);
        return EFI_SUCCESS;
    }
}

static EFI_STATUS submit(struct block_device *device, struct block_request *request)
{
    struct ramdisk *disk = CONTAINER_OF(device, struct ramdisk, device);
    EFI_STATUS status = check(disk, request);
    if (EFI_ERROR(status))
        return status;
    request->done = 0;
    request->parts = 1;
    if (disk->asynchronous || disk->silent) {
        list_insert_before(&request->link, disk->pending.next);
        return EFI_SUCCESS;
    }
    disk->device.progress++;
    request->complete(request, perform(disk, request));
    return EFI_SUCCESS;
}

static void poll(struct block_device *device)
{
    struct ramdisk *disk = CONTAINER_OF(device, struct ramdisk, device);
    if (disk->silent || list_empty(&disk->pending))
        return;
    struct block_request *request = LIST_ENTRY(disk->pending.next, struct block_request, link);
    list_remove(&request->link);
    disk->device.progress++;
    request->complete(request, perform(disk, request));
}

static void give_up(struct block_device *device, EFI_STATUS status)
{
    struct ramdisk *disk = CONTAINER_OF(device, struct ramdisk, device);
    disk->dead = true;
    while (!list_empty(&disk->pending)) {
        struct block_request *request = LIST_ENTRY(disk->pending.next, struct block_request, link);
        list_remove(&request->link);
        request->complete(request, status);
    }
}

static const struct block_operations operations = {
    .submit = submit,
    .poll = poll,
    .abort = give_up,
};

void ramdisk_init_over(struct ramdisk *disk, uint32_t block_size, void *data, size_t size)
{
    *disk = (struct ramdisk){
        .device =
            {
                .operations = &operations,
                .name = "ramdisk",
                .block_size = block_size,
                .block_count = size / block_size,
                .blocks_per_physical_block = 1,
                .can_erase = true,
                .volatile_cache = true,
            },
        .data = data,
        .error_lba = RAMDISK_NEVER,
        .writes_until_error = RAMDISK_NEVER,
    };
    list_init(&disk->pending);
}

void ramdisk_init(struct ramdisk *disk, uint32_t block_size, uint64_t block_count)
{
    size_t size = block_count * block_size;
    void *data = calloc(1, size > 0 ? size : 1);
    if (data == NULL)
        abort();
    ramdisk_init_over(disk, block_size, data, size);
    disk->owns_data = true;
}

bool ramdisk_load(struct ramdisk *disk, uint32_t block_size, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    ramdisk_init(disk, block_size, size / block_size);
    size_t wanted = disk->device.block_count * block_size;
    bool ok = fread(disk->data, 1, wanted, file) == wanted;
    fclose(file);
    if (!ok)
        ramdisk_release(disk);
    return ok;
}

bool ramdisk_save(const struct ramdisk *disk, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    size_t size = disk->device.block_count * disk->device.block_size;
    bool ok = fwrite(disk->data, 1, size, file) == size;
    return fclose(file) == 0 && ok;
}

void ramdisk_release(struct ramdisk *disk)
{
    if (disk->owns_data)
        free(disk->data);
    disk->data = NULL;
}
