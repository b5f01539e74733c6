/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/time.h"
#include "drivers/virtio/blk_private.h"
#include "lib/memory.h"

/* Requests (virtio 1.2 §5.2.6). */

/* What a status byte reads before the device has written it: a request that Cloud Hypervisor cannot
 * parse comes back untouched. */
#define STATUS_UNTOUCHED 0xffu

/* The serial number is not worth a long wait. */
#define IDENTIFY_TIMEOUT_MS 2000u

static struct virtio_blk *blk_of_queue(struct block_queue *queue)
{
    return CONTAINER_OF(queue, struct virtio_blk, requests);
}

/* The value is only this once: the device may change it at any time. */
static uint8_t read_status(const struct blk_slot *slot)
{
    return *(const volatile uint8_t *)&slot->status;
}

struct chain {
    struct virtqueue_buffer buffers[BLOCK_PIECES_MAX + 3];
    unsigned out, in;
};

static void add_out(struct chain *chain, const void *base, uint32_t size)
{
    chain->buffers[chain->out++] = (struct virtqueue_buffer){base, size};
}

static void add_in(struct chain *chain, const void *base, uint32_t size)
{
    chain->buffers[chain->out + chain->in++] = (struct virtqueue_buffer){base, size};
}

static void add_erase(struct virtio_blk *blk, const struct block_part *part, struct blk_slot *slot,
                      struct chain *chain)
{
    slot->header.type = blk->erase_type;
    slot->discard = (struct virtio_blk_discard){
        .sector = part->lba * (blk->block.block_size / VIRTIO_BLK_SECTOR_SIZE),
        .num_sectors = (uint32_t)(part->bytes / VIRTIO_BLK_SECTOR_SIZE),
    };
    add_out(chain, &slot->discard, sizeof slot->discard);
}

/* The header, the data, and the status byte. */
static EFI_STATUS start(struct block_queue *queue, struct block_part *part,
                        const struct block_piece *pieces, unsigned count)
{
    static const uint32_t types[] = {
        [BLOCK_READ] = VIRTIO_BLK_T_IN,
        [BLOCK_WRITE] = VIRTIO_BLK_T_OUT,
        [BLOCK_FLUSH] = VIRTIO_BLK_T_FLUSH,
        [BLOCK_ERASE] = VIRTIO_BLK_T_DISCARD,
    };
    struct virtio_blk *blk = blk_of_queue(queue);
    struct blk_slot *slot = &blk->slots[part->index];
    enum block_operation operation = part->request->operation;
    bool has_data = operation == BLOCK_READ || operation == BLOCK_WRITE;
    struct chain chain = {.out = 0};
    slot->header = (struct virtio_blk_req_header){.type = types[operation]};
    slot->status = STATUS_UNTOUCHED;
    add_out(&chain, &slot->header, sizeof slot->header);
    if (has_data)
        slot->header.sector = part->lba * (blk->block.block_size / VIRTIO_BLK_SECTOR_SIZE);
    for (unsigned i = 0; i < count; i++)
        (operation == BLOCK_READ ? add_in : add_out)(&chain, pieces[i].base, pieces[i].size);
    if (operation == BLOCK_ERASE)
        add_erase(blk, part, slot, &chain);
    add_in(&chain, &slot->status, 1);
    return virtqueue_add(blk->queue, chain.buffers, chain.out, chain.in, part);
}

static void kick(struct block_queue *queue)
{
    virtqueue_kick(blk_of_queue(queue)->queue);
}

/* The limits are read when somebody erases for the first time: not on the way to a loader. */
static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    struct virtio_blk *blk = blk_of(block);
    if (request->operation == BLOCK_ERASE && block->can_erase && !blk->erase_known && !blk->dead) {
        EFI_STATUS status = virtio_blk_read_erase_limit(blk);
        if (EFI_ERROR(status))
            return status;
    }
    return block_queue_submit(&blk->requests, request);
}

static EFI_STATUS result_of(const struct virtio_blk *blk, const struct block_part *part,
                            uint32_t length)
{
    uint64_t wanted = part->request->operation == BLOCK_READ ? part->bytes : 0;
    switch (read_status(&blk->slots[part->index])) {
    case VIRTIO_BLK_S_OK:
        /* Devices differ in counting the status byte, so only the data is asked for; legacy ones
         * may say anything (§2.7.8.1). */
        return length >= wanted || blk->device->transport->legacy ? EFI_SUCCESS : EFI_DEVICE_ERROR;
    case VIRTIO_BLK_S_UNSUPP:
        return EFI_UNSUPPORTED;
    default:
        return EFI_DEVICE_ERROR;
    }
}

static void blk_poll(struct block_device *block)
{
    struct virtio_blk *blk = blk_of(block);
    if (blk->dead)
        return;
    void *token;
    uint32_t length;
    bool room = false;
    while ((token = virtqueue_take(blk->queue, &length)) != NULL) {
        room = true;
        if (token == blk->slots)
            blk->id_done = true;
        else
            block_queue_complete(&blk->requests, token, result_of(blk, token, length));
        if (blk->dead)
            return; /* the completion aborted the device */
    }
    if (blk->device->broken)
        virtio_blk_abort(block, EFI_DEVICE_ERROR);
    else if (room)
        block_queue_run(&blk->requests);
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
    block_queue_fail(&blk->requests, status);
}

/* The disk must be the one that it was: its blocks are in use. */
static EFI_STATUS revive(struct block_queue *queue)
{
    struct virtio_blk *blk = blk_of_queue(queue);
    uint32_t block_size = blk->block.block_size;
    uint64_t block_count = blk->block.block_count;
    bool no_medium = blk->block.no_medium;
    if (blk->stuck)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = virtio_negotiate(blk->device, virtio_blk_features);
    if (!EFI_ERROR(status))
        status = virtio_blk_read_geometry(blk);
    if (!EFI_ERROR(status) && blk->block.block_size != block_size)
        status = EFI_MEDIA_CHANGED;
    if (!EFI_ERROR(status))
        status = virtqueue_restart(blk->queue);
    if (EFI_ERROR(status)) {
        blk->block.block_size = block_size;
        blk->block.block_count = block_count;
        blk->block.no_medium = no_medium;
        blk->stuck = EFI_ERROR(virtio_reset(blk->device));
        return status;
    }
    queue->pieces_max = MIN(queue->pieces_max, blk->queue->size - 2u);
    if (blk->block.block_count != block_count || blk->block.no_medium != no_medium)
        blk->block.media_id++;
    virtio_driver_ok(blk->device);
    blk->dead = false;
    return EFI_SUCCESS;
}

static EFI_STATUS reset(struct block_device *block)
{
    return block_queue_reset(&blk_of(block)->requests);
}

/* GET_ID: up to 20 characters, with a NUL only when there is room (§5.2.6). */
static void identify(struct block_device *block)
{
    struct virtio_blk *blk = blk_of(block);
    struct blk_slot *slot = &blk->slots[BLK_PARTS];
    struct chain chain = {.out = 0};
    if (blk->dead || blk->id_asked)
        return;
    slot->header = (struct virtio_blk_req_header){.type = VIRTIO_BLK_T_GET_ID};
    slot->status = STATUS_UNTOUCHED;
    add_out(&chain, &slot->header, sizeof slot->header);
    add_in(&chain, slot->id, sizeof slot->id);
    add_in(&chain, &slot->status, 1);
    if (EFI_ERROR(virtqueue_add(blk->queue, chain.buffers, chain.out, chain.in, blk->slots)))
        return;
    blk->id_asked = true;
    virtqueue_kick(blk->queue);
    struct deadline deadline = deadline_in_ms(IDENTIFY_TIMEOUT_MS);
    while (!blk->id_done && !blk->dead && !deadline_passed(&deadline))
        blk_poll(block);
    if (!blk->id_done || read_status(slot) != VIRTIO_BLK_S_OK)
        return;
    char id[VIRTIO_BLK_ID_SIZE + 1] = {0};
    memcpy(id, slot->id, VIRTIO_BLK_ID_SIZE);
    block_set_serial(block, id, VIRTIO_BLK_ID_SIZE);
}

const struct block_operations virtio_blk_operations = {
    .submit = submit,
    .poll = blk_poll,
    .abort = virtio_blk_abort,
    .reset = reset,
    .check_medium = virtio_blk_check_medium,
    .identify = identify,
};

const struct block_queue_operations virtio_blk_queue_operations = {
    .start = start,
    .kick = kick,
    .revive = revive,
};
