/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/block_queue.h"

#include "core/log.h"
#include "core/pool.h"
#include "efi/types.h"
#include "lib/checked.h"
#include "lib/memory.h"

/* Holds the largest block. */
#define BOUNCE_SIZE 65536u

#define STRIKES_MAX 3u

void block_queue_init(struct block_queue *queue, struct block_part *parts, unsigned count)
{
    list_init(&queue->waiting);
    queue->parts = parts;
    queue->part_count = count;
    for (unsigned i = 0; i < count; i++) {
        parts[i] = (struct block_part){.index = i, .next = queue->free_parts};
        queue->free_parts = &parts[i];
    }
}

void block_queue_release(struct block_queue *queue, bool stuck)
{
    if (queue->bounce != NULL && !stuck)
        pool_free_pages(queue->bounce, BOUNCE_SIZE);
    queue->bounce = NULL;
}

static bool has_data(const struct block_request *request)
{
    return request->operation == BLOCK_READ || request->operation == BLOCK_WRITE;
}

/* Bytes of the whole request. False: more than fits. */
static bool total_size(const struct block_queue *queue, const struct block_request *request,
                       uint64_t *ret)
{
    uint64_t total = 0;
    if (request->operation == BLOCK_ERASE)
        return checked_mul(request->block_count, queue->device->block_size, ret);
    for (size_t i = 0; has_data(request) && i < request->segment_count; i++) {
        if (!checked_add(total, request->segments[i].size, &total))
            return false;
    }
    *ret = total;
    return true;
}

static EFI_STATUS check(const struct block_queue *queue, const struct block_request *request,
                        uint64_t *ret_total)
{
    const struct block_device *block = queue->device;
    uint64_t total;
    if (block->no_medium)
        return EFI_NO_MEDIA;
    if (!total_size(queue, request, &total) || total % block->block_size != 0 ||
        !range_within(request->lba, total / block->block_size, block->block_count))
        return EFI_INVALID_PARAMETER;
    *ret_total = total;
    if (request->operation == BLOCK_READ || request->operation == BLOCK_FLUSH)
        return EFI_SUCCESS;
    if (block->read_only)
        return EFI_WRITE_PROTECTED;
    if (request->operation == BLOCK_ERASE && !block->can_erase)
        return EFI_UNSUPPORTED;
    return EFI_SUCCESS;
}

/* Where gathering stands. */
struct gathering {
    const struct block_queue *queue;
    struct block_piece *pieces;
    unsigned count;
    uint32_t bytes, limit;
};

static bool fits_behind(const struct gathering *g, const char *base)
{
    if (!IS_ALIGNED((uintptr_t)base, g->queue->align))
        return false;
    if (!g->queue->whole_pages || g->count == 0)
        return true;
    const struct block_piece *last = &g->pieces[g->count - 1];
    uintptr_t end = (uintptr_t)last->base + last->size;
    return IS_ALIGNED((uintptr_t)base | end, EFI_PAGE_SIZE);
}

/* Adds pieces of one segment. False: no more fits. */
static bool gather_segment(struct gathering *g, char *base, size_t left)
{
    const struct block_queue *queue = g->queue;
    if (left > 0 && !fits_behind(g, base))
        return false;
    while (left > 0) {
        uint32_t room = MIN(queue->piece_size_max, g->limit - g->bytes);
        uint32_t size = (uint32_t)ALIGN_DOWN(MIN(left, room), queue->align);
        if (size == 0 || g->count == queue->pieces_max)
            return false;
        g->pieces[g->count++] = (struct block_piece){base, size};
        base += size;
        left -= size;
        g->bytes += size;
    }
    return true;
}

/* Leaves whole blocks only. */
static void trim(struct gathering *g)
{
    uint32_t excess = g->bytes % g->queue->device->block_size;
    g->bytes -= excess;
    while (excess > 0) {
        struct block_piece *last = &g->pieces[g->count - 1];
        uint32_t cut = MIN(excess, last->size);
        last->size -= cut;
        excess -= cut;
        if (last->size == 0)
            g->count--;
    }
}

/* What comes after `offset` bytes of the request, as much as one part may hold. Nothing when a
 * block lies so that the device cannot take it. */
static void gather(struct gathering *g, const struct block_request *request, size_t offset)
{
    for (size_t i = 0; i < request->segment_count; i++) {
        const struct block_segment *segment = &request->segments[i];
        if (offset >= segment->size) {
            offset -= segment->size;
            continue;
        }
        if (!gather_segment(g, (char *)segment->base + offset, segment->size - offset))
            break;
        offset = 0;
    }
    trim(g);
}

/* Between the request's memory from `offset` on and the bounce memory. */
static void copy_bounce(const struct block_queue *queue, const struct block_part *part,
                        bool to_bounce)
{
    char *bounce = queue->bounce;
    size_t offset = part->offset, left = (size_t)part->bytes;
    for (size_t i = 0; i < part->request->segment_count && left > 0; i++) {
        const struct block_segment *segment = &part->request->segments[i];
        if (offset >= segment->size) {
            offset -= segment->size;
            continue;
        }
        size_t size = MIN(left, segment->size - offset);
        char *memory = (char *)segment->base + offset;
        memcpy(to_bounce ? bounce : memory, to_bounce ? memory : bounce, size);
        bounce += size;
        left -= size;
        offset = 0;
    }
}

/* The part goes through bounce memory. EFI_INVALID_PARAMETER: this device has no use for it, a
 * block is cut into more pieces than it takes. */
static EFI_STATUS bounce(struct block_queue *queue, struct block_part *part, uint64_t left,
                         struct gathering *g)
{
    if (queue->align == 1 && !queue->whole_pages)
        return EFI_INVALID_PARAMETER;
    if (queue->bounced != NULL && queue->bounced != part)
        return EFI_NOT_READY;
    if (queue->bounce == NULL)
        queue->bounce = pool_alloc_pages(BOUNCE_SIZE);
    if (queue->bounce == NULL)
        return EFI_OUT_OF_RESOURCES;
    (void)gather_segment(g, queue->bounce, (size_t)MIN(left, BOUNCE_SIZE));
    trim(g);
    part->bytes = g->bytes;
    if (part->request->operation == BLOCK_WRITE)
        copy_bounce(queue, part, true);
    queue->bounced = part;
    return EFI_SUCCESS;
}

/* Starts the part, whose request and place in it are set; `left` bytes of the request are from
 * there to its end. */
static EFI_STATUS start(struct block_queue *queue, struct block_part *part, uint64_t left)
{
    struct block_piece pieces[BLOCK_PIECES_MAX];
    struct gathering g = {
        .queue = queue, .pieces = pieces, .limit = (uint32_t)MIN(left, queue->part_max)};
    const struct block_request *request = part->request;
    EFI_STATUS status = EFI_SUCCESS;
    if (request->operation == BLOCK_ERASE) {
        part->bytes = MIN(left / queue->device->block_size, queue->erase_max);
        part->bytes *= queue->device->block_size;
    } else if (has_data(request)) {
        if (queue->bounced != part)
            gather(&g, request, part->offset);
        part->bytes = g.bytes;
        if (g.count == 0)
            status = bounce(queue, part, left, &g);
    }
    if (!EFI_ERROR(status))
        status = queue->operations->start(queue, part, pieces, g.count);
    if (EFI_ERROR(status) && status != EFI_NOT_READY && queue->bounced == part)
        queue->bounced = NULL;
    return status;
}

static EFI_STATUS start_next(struct block_queue *queue, struct block_request *request,
                             uint64_t total)
{
    struct block_part *part = queue->free_parts;
    if (part == NULL)
        return EFI_NOT_READY;
    *part = (struct block_part){
        .next = part->next,
        .index = part->index,
        .request = request,
        .block_size = queue->device->block_size,
        .offset = request->done,
        .lba = request->lba + request->done / queue->device->block_size,
    };
    EFI_STATUS status = start(queue, part, total - request->done);
    if (EFI_ERROR(status)) {
        if (queue->bounced == part)
            queue->bounced = NULL;
        part->request = NULL;
        return status;
    }
    queue->free_parts = part->next;
    request->parts++;
    request->done += (size_t)part->bytes;
    return EFI_SUCCESS;
}

/* Tells the caller when nothing of the request is left with the device. */
static void finish_if_done(struct block_request *request)
{
    if (request->parts == 0)
        request->complete(request, request->status);
}

/* False: no room. */
static bool start_again(struct block_queue *queue)
{
    while (queue->again != NULL && !queue->dead) {
        struct block_part *part = queue->again;
        EFI_STATUS status = part->block_size == queue->device->block_size
                                ? start(queue, part, part->bytes)
                                : EFI_MEDIA_CHANGED;
        if (status == EFI_NOT_READY)
            return false;
        queue->again = part->next;
        part->waits = false;
        if (EFI_ERROR(status))
            block_queue_complete(queue, part, status);
    }
    return true;
}

/* False: no room. */
static bool start_waiting(struct block_queue *queue)
{
    while (!list_empty(&queue->waiting) && !queue->dead) {
        struct block_request *request = LIST_ENTRY(queue->waiting.next, struct block_request, link);
        uint64_t total = 0;
        EFI_STATUS status = request->status;
        if (!EFI_ERROR(status))
            status = check(queue, request, &total);
        while (!EFI_ERROR(status)) {
            status = start_next(queue, request, total);
            if (EFI_ERROR(status) || request->done >= total)
                break;
        }
        if (status == EFI_NOT_READY)
            return false;
        request->status = status;
        list_remove(&request->link);
        finish_if_done(request);
    }
    return true;
}

void block_queue_run(struct block_queue *queue)
{
    if (start_again(queue))
        (void)start_waiting(queue);
    if (!queue->dead)
        queue->operations->kick(queue);
}

static EFI_STATUS revive(struct block_queue *queue)
{
    if (queue->failing || queue->strikes >= STRIKES_MAX)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = queue->operations->revive(queue);
    if (EFI_ERROR(status)) {
        queue->strikes++;
        return log_failure(EFI_DEVICE_ERROR, "%s: cannot be started again", queue->device->name);
    }
    queue->dead = false;
    log_info("%s: started again", queue->device->name);
    return EFI_SUCCESS;
}

EFI_STATUS block_queue_submit(struct block_queue *queue, struct block_request *request)
{
    EFI_STATUS status = queue->dead ? revive(queue) : EFI_SUCCESS;
    uint64_t total;
    if (!EFI_ERROR(status))
        status = check(queue, request, &total);
    if (EFI_ERROR(status))
        return status;
    request->done = 0;
    request->parts = 0;
    request->status = EFI_SUCCESS;
    if (request->operation == BLOCK_FLUSH ? !queue->device->volatile_cache : total == 0) {
        request->complete(request, EFI_SUCCESS);
        return EFI_SUCCESS;
    }
    list_append(&queue->waiting, &request->link);
    block_queue_run(queue);
    return EFI_SUCCESS;
}

void block_queue_complete(struct block_queue *queue, struct block_part *part, EFI_STATUS status)
{
    struct block_request *request = part->request;
    if (queue->bounced == part) {
        if (!EFI_ERROR(status) && request->operation == BLOCK_READ)
            copy_bounce(queue, part, false);
        queue->bounced = NULL;
    }
    part->request = NULL;
    part->next = queue->free_parts;
    queue->free_parts = part;
    request->parts--;
    queue->device->progress++;
    if (!EFI_ERROR(status)) {
        queue->strikes = 0;
    } else if (!EFI_ERROR(request->status)) {
        request->status = status;
        log_debug("%s: operation %u at block 0x%llx failed", queue->device->name,
                  request->operation, (unsigned long long)part->lba);
    }
    /* One that waits for room is finished by block_queue_run(). */
    if (list_empty(&request->link))
        finish_if_done(request);
}

void block_queue_retry(struct block_queue *queue, struct block_part *part)
{
    part->attempts++;
    part->waits = true;
    part->next = queue->again;
    queue->again = part;
}

void block_queue_fail(struct block_queue *queue, EFI_STATUS status)
{
    if (queue->dead)
        return;
    queue->dead = queue->failing = true;
    queue->strikes++;
    queue->again = NULL;
    for (unsigned i = 0; i < queue->part_count; i++) {
        if (queue->parts[i].request != NULL)
            block_queue_complete(queue, &queue->parts[i], status);
    }
    while (!list_empty(&queue->waiting)) {
        struct block_request *request = LIST_ENTRY(queue->waiting.next, struct block_request, link);
        list_remove(&request->link);
        request->complete(request, EFI_ERROR(request->status) ? request->status : status);
    }
    queue->failing = false;
}

EFI_STATUS block_queue_reset(struct block_queue *queue)
{
    queue->strikes = 0;
    return queue->dead ? revive(queue) : EFI_SUCCESS;
}
