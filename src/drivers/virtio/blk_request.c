/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/virtio/blk_private.h"
#include "lib/checked.h"

/* Requests (virtio 1.2 §5.2.6): cut into parts that the device takes, handed out while there is
 * room, collected in any order. */

/* What a status byte reads before the device has written it: a request that Cloud Hypervisor cannot
 * parse comes back untouched. */
#define STATUS_UNTOUCHED 0xffu

/* The value is only this once: the device may change it at any time. */
static uint8_t read_status(const struct blk_slot *slot)
{
    return *(const volatile uint8_t *)&slot->status;
}

static bool has_data(const struct block_request *request)
{
    return request->operation == BLOCK_READ || request->operation == BLOCK_WRITE;
}

/* Bytes of the whole request. False: more than fits. */
static bool total_size(const struct virtio_blk *blk, const struct block_request *request,
                       uint64_t *ret)
{
    uint64_t total = 0;
    if (request->operation == BLOCK_ERASE)
        return checked_mul(request->block_count, blk->block.block_size, ret);
    for (size_t i = 0; has_data(request) && i < request->segment_count; i++) {
        if (!checked_add(total, request->segments[i].size, &total))
            return false;
    }
    *ret = total;
    return true;
}

static EFI_STATUS check(struct virtio_blk *blk, const struct block_request *request)
{
    const struct block_device *block = &blk->block;
    uint64_t total;
    if (blk->dead || blk->device->broken)
        return EFI_DEVICE_ERROR;
    if (!total_size(blk, request, &total) || total % block->block_size != 0 ||
        !range_within(request->lba, total / block->block_size, block->block_count))
        return EFI_INVALID_PARAMETER;
    if (request->operation == BLOCK_FLUSH)
        return EFI_SUCCESS;
    if (request->operation != BLOCK_READ && block->read_only)
        return EFI_WRITE_PROTECTED;
    if (request->operation == BLOCK_ERASE && !block->can_erase)
        return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

/* Gathers what comes after `done` bytes of the request into buffers, as much as one part may hold
 * and whole blocks only. Returns their number, 0 when a block is cut into more pieces than the
 * device takes. */
static unsigned gather(const struct virtio_blk *blk, const struct block_request *request,
                       struct virtqueue_buffer *buffers, uint32_t *ret_bytes)
{
    unsigned count = 0;
    uint32_t bytes = 0;
    size_t skip = request->done;
    for (size_t i = 0; i < request->segment_count && count < blk->segments_max; i++) {
        const struct block_segment *segment = &request->segments[i];
        if (skip >= segment->size) {
            skip -= segment->size;
            continue;
        }
        const char *base = (const char *)segment->base + skip;
        size_t left = segment->size - skip;
        skip = 0;
        while (left > 0 && count < blk->segments_max && bytes < BLK_PART_MAX) {
            uint32_t size = (uint32_t)MIN(left, MIN(blk->segment_size_max, BLK_PART_MAX - bytes));
            buffers[count++] = (struct virtqueue_buffer){base, size};
            base += size;
            left -= size;
            bytes += size;
        }
    }
    uint32_t excess = bytes % blk->block.block_size;
    bytes -= excess;
    while (excess > 0) {
        uint32_t cut = MIN(excess, buffers[count - 1].size);
        buffers[count - 1].size -= cut;
        excess -= cut;
        if (buffers[count - 1].size == 0)
            count--;
    }
    *ret_bytes = bytes;
    return count;
}

/* Read when somebody erases for the first time: not on the way to a loader. */
static EFI_STATUS read_erase_limit(struct virtio_blk *blk)
{
    static const struct virtio_config_field field = {
        offsetof(struct virtio_blk_config, max_discard_sectors), 4};
    uint32_t sectors;
    EFI_STATUS status = virtio_read_config(blk->device, &field, 1, &sectors);
    if (EFI_ERROR(status))
        return status;
    sectors = ALIGN_DOWN(sectors, blk->block.block_size / VIRTIO_BLK_SECTOR_SIZE);
    if (sectors == 0)
        return EFI_UNSUPPORTED;
    blk->erase_sectors_max = sectors;
    return EFI_SUCCESS;
}

struct chain {
    struct virtqueue_buffer buffers[BLK_SEGMENTS_MAX + 2];
    unsigned out, in;
    uint64_t bytes; /* of the request that it takes care of */
};

/* Header and data of the next part, in `chain`; the status byte is added by the caller. */
static EFI_STATUS build(struct virtio_blk *blk, struct block_request *request, uint64_t total,
                        struct blk_slot *slot, struct chain *chain)
{
    static const uint32_t types[] = {
        [BLOCK_READ] = VIRTIO_BLK_T_IN,
        [BLOCK_WRITE] = VIRTIO_BLK_T_OUT,
        [BLOCK_FLUSH] = VIRTIO_BLK_T_FLUSH,
        [BLOCK_ERASE] = VIRTIO_BLK_T_DISCARD,
    };
    uint64_t sector =
        (request->lba * blk->block.block_size + request->done) / VIRTIO_BLK_SECTOR_SIZE;
    slot->header = (struct virtio_blk_req_header){.type = types[request->operation]};
    chain->buffers[0] = (struct virtqueue_buffer){&slot->header, sizeof slot->header};
    chain->out = 1;
    chain->in = 0;
    chain->bytes = 0;
    if (request->operation == BLOCK_ERASE) {
        if (blk->erase_sectors_max == 0) {
            EFI_STATUS status = read_erase_limit(blk);
            if (EFI_ERROR(status))
                return status;
        }
        uint64_t left = (total - request->done) / VIRTIO_BLK_SECTOR_SIZE;
        uint32_t sectors = (uint32_t)MIN(left, blk->erase_sectors_max);
        slot->discard = (struct virtio_blk_discard){.sector = sector, .num_sectors = sectors};
        chain->buffers[chain->out++] =
            (struct virtqueue_buffer){&slot->discard, sizeof slot->discard};
        chain->bytes = (uint64_t)sectors * VIRTIO_BLK_SECTOR_SIZE;
    } else if (has_data(request)) {
        uint32_t bytes;
        slot->header.sector = sector;
        unsigned count = gather(blk, request, &chain->buffers[1], &bytes);
        if (count == 0)
            return EFI_INVALID_PARAMETER;
        *(request->operation == BLOCK_READ ? &chain->in : &chain->out) += count;
        chain->bytes = bytes;
    }
    return EFI_SUCCESS;
}

/* Hands one part out. EFI_NOT_READY: no room now. */
static EFI_STATUS hand_out_part(struct virtio_blk *blk, struct block_request *request,
                                uint64_t total)
{
    struct blk_part *part = blk->free_parts;
    if (part == NULL)
        return EFI_NOT_READY;
    struct chain chain;
    EFI_STATUS status = build(blk, request, total, part->slot, &chain);
    if (EFI_ERROR(status))
        return status;
    part->slot->status = STATUS_UNTOUCHED;
    chain.buffers[chain.out + chain.in++] = (struct virtqueue_buffer){&part->slot->status, 1};
    part->request = request;
    part->read_bytes = request->operation == BLOCK_READ ? (uint32_t)chain.bytes : 0;
    status = virtqueue_add(blk->queue, chain.buffers, chain.out, chain.in, part);
    if (EFI_ERROR(status))
        return status;
    blk->free_parts = part->next_free;
    request->parts++;
    request->done += (size_t)chain.bytes;
    return EFI_SUCCESS;
}

/* Tells the caller when nothing of the request is left with the device. */
static void finish_if_done(struct block_request *request)
{
    if (request->parts == 0)
        request->complete(request, request->status);
}

/* Hands out as much of the waiting requests as there is room for. */
static void hand_out(struct virtio_blk *blk)
{
    while (!list_empty(&blk->waiting)) {
        struct block_request *request = LIST_ENTRY(blk->waiting.next, struct block_request, link);
        uint64_t total = 0;
        EFI_STATUS status = request->status;
        if (!EFI_ERROR(status) && !total_size(blk, request, &total))
            status = EFI_INVALID_PARAMETER;
        do {
            if (!EFI_ERROR(status))
                status = hand_out_part(blk, request, total);
        } while (!EFI_ERROR(status) && request->done < total);
        if (status == EFI_NOT_READY)
            break;
        request->status = status;
        list_remove(&request->link);
        finish_if_done(request);
    }
    if (!blk->dead)
        virtqueue_kick(blk->queue);
}

static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    struct virtio_blk *blk = blk_of(block);
    EFI_STATUS status = check(blk, request);
    if (EFI_ERROR(status))
        return status;
    request->done = 0;
    request->parts = 0;
    request->status = EFI_SUCCESS;
    uint64_t total = 0;
    bool nothing = request->operation == BLOCK_FLUSH
                       ? !block->volatile_cache
                       : !total_size(blk, request, &total) || total == 0;
    if (nothing) {
        request->complete(request, EFI_SUCCESS);
        return EFI_SUCCESS;
    }
    list_append(&blk->waiting, &request->link);
    hand_out(blk);
    return EFI_SUCCESS;
}

static EFI_STATUS result_of(const struct blk_part *part, uint32_t length, bool legacy)
{
    switch (read_status(part->slot)) {
    case VIRTIO_BLK_S_OK:
        /* Devices differ in counting the status byte, so only the data is asked for; legacy ones
         * may say anything (§2.7.8.1). */
        return length >= part->read_bytes || legacy ? EFI_SUCCESS : EFI_DEVICE_ERROR;
    case VIRTIO_BLK_S_UNSUPP:
        return EFI_UNSUPPORTED;
    default:
        return EFI_DEVICE_ERROR;
    }
}

static void put_part(struct virtio_blk *blk, struct blk_part *part, EFI_STATUS status)
{
    struct block_request *request = part->request;
    part->request = NULL;
    part->next_free = blk->free_parts;
    blk->free_parts = part;
    request->parts--;
    if (EFI_ERROR(status) && !EFI_ERROR(request->status)) {
        request->status = status;
        log_debug("%s: operation %u at block 0x%llx failed", blk->block.name, request->operation,
                  (unsigned long long)request->lba);
    }
    /* One that waits for room is finished by hand_out(). */
    if (list_empty(&request->link))
        finish_if_done(request);
}

static void blk_poll(struct block_device *block)
{
    struct virtio_blk *blk = blk_of(block);
    if (blk->dead)
        return;
    struct blk_part *part;
    uint32_t length;
    bool room = false;
    while ((part = virtqueue_take(blk->queue, &length)) != NULL) {
        room = true;
        put_part(blk, part, result_of(part, length, blk->device->transport->legacy));
        if (blk->dead)
            return; /* the completion aborted the device */
    }
    if (blk->device->broken)
        virtio_blk_abort(block, EFI_DEVICE_ERROR);
    else if (room)
        hand_out(blk);
}

void virtio_blk_abort(struct block_device *block, EFI_STATUS status)
{
    struct virtio_blk *blk = blk_of(block);
    if (blk->dead)
        return;
    blk->dead = true;
    if (EFI_ERROR(virtio_reset(blk->device))) {
        blk->stuck = true;
        blk->device->transport->quiesce(blk->device);
    }
    struct blk_part *part;
    while ((part = virtqueue_drain(blk->queue)) != NULL)
        put_part(blk, part, status);
    while (!list_empty(&blk->waiting)) {
        struct block_request *request = LIST_ENTRY(blk->waiting.next, struct block_request, link);
        list_remove(&request->link);
        request->complete(request, EFI_ERROR(request->status) ? request->status : status);
    }
}

const struct block_operations virtio_blk_operations = {
    .submit = submit,
    .poll = blk_poll,
    .abort = virtio_blk_abort,
};
