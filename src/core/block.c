/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/block.h"

#include "core/log.h"
#include "core/pool.h"
#include "lib/checked.h"
#include "lib/memory.h"

static void finished(struct block_request *request, EFI_STATUS status)
{
    struct block_pending *pending = request->context;
    pending->status = status;
    pending->done = true;
}

EFI_STATUS block_start(struct block_device *device, struct block_pending *pending)
{
    pending->request.complete = finished;
    pending->request.context = pending;
    pending->done = false;
    return device->operations->submit(device, &pending->request);
}

struct block_deadline block_deadline_start(const struct block_device *device)
{
    return (struct block_deadline){deadline_in_ms(BLOCK_TIMEOUT_MS), device->progress};
}

void block_look(struct block_device *device, struct block_deadline *deadline, EFI_STATUS status)
{
    device->operations->poll(device);
    if (device->progress != deadline->progress) {
        *deadline = block_deadline_start(device);
    } else if (deadline_passed(&deadline->deadline)) {
        log_error("%s: no answer for %u seconds", device->name, BLOCK_TIMEOUT_MS / 1000u);
        device->operations->abort(device, status);
    }
}

EFI_STATUS block_wait(struct block_device *device, struct block_pending *pending)
{
    struct block_deadline deadline = block_deadline_start(device);
    while (!pending->done)
        block_look(device, &deadline, EFI_TIMEOUT);
    return pending->status;
}

/* Submits and waits. */
static EFI_STATUS run(struct block_device *device, struct block_pending *pending)
{
    EFI_STATUS status = block_start(device, pending);
    return EFI_ERROR(status) ? status : block_wait(device, pending);
}

static EFI_STATUS transfer(struct block_device *device, enum block_operation operation,
                           uint64_t lba, const struct block_segment *segments, size_t count)
{
    struct block_pending pending = {
        .request = {
            .operation = operation, .lba = lba, .segments = segments, .segment_count = count}};
    return run(device, &pending);
}

static EFI_STATUS transfer_blocks(struct block_device *device, enum block_operation operation,
                                  uint64_t lba, void *buffer, size_t size)
{
    if (size % device->block_size != 0 ||
        !range_within(lba, size / device->block_size, device->block_count))
        return EFI_INVALID_PARAMETER;
    if (size == 0)
        return EFI_SUCCESS;
    struct block_segment segment = {buffer, size};
    return transfer(device, operation, lba, &segment, 1);
}

EFI_STATUS block_read(struct block_device *device, uint64_t lba, void *buffer, size_t size)
{
    return transfer_blocks(device, BLOCK_READ, lba, buffer, size);
}

EFI_STATUS block_write(struct block_device *device, uint64_t lba, const void *buffer, size_t size)
{
    if (device->read_only)
        return EFI_WRITE_PROTECTED;
    return transfer_blocks(device, BLOCK_WRITE, lba, (void *)buffer, size);
}

EFI_STATUS block_flush(struct block_device *device)
{
    if (!device->volatile_cache)
        return EFI_SUCCESS;
    return transfer(device, BLOCK_FLUSH, 0, NULL, 0);
}

EFI_STATUS block_erase(struct block_device *device, uint64_t lba, uint64_t count)
{
    if (device->read_only)
        return EFI_WRITE_PROTECTED;
    if (!device->can_erase)
        return EFI_UNSUPPORTED;
    if (!range_within(lba, count, device->block_count))
        return EFI_INVALID_PARAMETER;
    if (count == 0)
        return EFI_SUCCESS;
    struct block_pending pending = {
        .request = {.operation = BLOCK_ERASE, .lba = lba, .block_count = count}};
    return run(device, &pending);
}

/* A byte range as the blocks that hold it: at most one ragged block in front, which may be the only
 * one, whole blocks, and at most one ragged block behind. All of it is one request. */
struct span {
    uint64_t lba;         /* of the first block, ragged or not */
    size_t head_offset;   /* where in the first block the range begins */
    size_t head_size;     /* bytes of the range in a ragged first block, 0: it is not ragged */
    size_t middle_size;   /* bytes of whole blocks */
    size_t tail_size;     /* bytes of the range in a ragged last block, 0: it is not ragged */
    uint8_t *bounce;      /* pool memory for the ragged blocks, NULL when there is none */
    uint8_t *tail_bounce; /* in `bounce` */
    struct block_segment segments[3];
    size_t segment_count;
};

static void add_segment(struct span *span, void *base, size_t size)
{
    span->segments[span->segment_count++] = (struct block_segment){base, size};
}

static EFI_STATUS make_span(struct block_device *device, uint64_t offset, void *buffer, size_t size,
                            struct span *ret)
{
    size_t block = device->block_size;
    uint64_t end;
    if (!checked_add(offset, size, &end) || end / block > device->block_count ||
        (end / block == device->block_count && end % block != 0))
        return EFI_INVALID_PARAMETER;

    struct span span = {.lba = offset / block, .head_offset = offset % block};
    if (span.head_offset != 0 || size < block)
        span.head_size = MIN(size, block - span.head_offset);
    span.middle_size = ALIGN_DOWN(size - span.head_size, block);
    span.tail_size = size - span.head_size - span.middle_size;

    size_t bounce_size = (span.head_size > 0 ? block : 0) + (span.tail_size > 0 ? block : 0);
    if (bounce_size > 0) {
        span.bounce = pool_alloc(bounce_size);
        if (span.bounce == NULL)
            return EFI_OUT_OF_RESOURCES;
        span.tail_bounce = span.bounce + bounce_size - block;
    }
    if (span.head_size > 0)
        add_segment(&span, span.bounce, block);
    if (span.middle_size > 0)
        add_segment(&span, (uint8_t *)buffer + span.head_size, span.middle_size);
    if (span.tail_size > 0)
        add_segment(&span, span.tail_bounce, block);
    *ret = span;
    return EFI_SUCCESS;
}

static EFI_STATUS transfer_span(struct block_device *device, enum block_operation operation,
                                const struct span *span)
{
    return transfer(device, operation, span->lba, span->segments, span->segment_count);
}

EFI_STATUS block_read_bytes(struct block_device *device, uint64_t offset, void *buffer, size_t size)
{
    if (size == 0)
        return EFI_SUCCESS;
    struct span span;
    EFI_STATUS status = make_span(device, offset, buffer, size, &span);
    if (EFI_ERROR(status))
        return status;
    status = transfer_span(device, BLOCK_READ, &span);
    if (!EFI_ERROR(status)) {
        if (span.head_size > 0)
            memcpy(buffer, span.bounce + span.head_offset, span.head_size);
        if (span.tail_size > 0)
            memcpy((uint8_t *)buffer + span.head_size + span.middle_size, span.tail_bounce,
                   span.tail_size);
    }
    pool_free(span.bounce);
    return status;
}

/* Reads the ragged blocks, so that what is around the range is written back as it was. */
static EFI_STATUS fill_bounce(struct block_device *device, const struct span *span)
{
    size_t block = device->block_size;
    EFI_STATUS status = EFI_SUCCESS;
    if (span->head_size > 0)
        status = block_read(device, span->lba, span->bounce, block);
    if (!EFI_ERROR(status) && span->tail_size > 0) {
        uint64_t blocks_before = (span->head_size > 0 ? 1 : 0) + span->middle_size / block;
        status = block_read(device, span->lba + blocks_before, span->tail_bounce, block);
    }
    return status;
}

EFI_STATUS block_write_bytes(struct block_device *device, uint64_t offset, const void *buffer,
                             size_t size)
{
    if (device->read_only)
        return EFI_WRITE_PROTECTED;
    if (size == 0)
        return EFI_SUCCESS;
    struct span span;
    EFI_STATUS status = make_span(device, offset, (void *)buffer, size, &span);
    if (EFI_ERROR(status))
        return status;
    status = fill_bounce(device, &span);
    if (!EFI_ERROR(status)) {
        if (span.head_size > 0)
            memcpy(span.bounce + span.head_offset, buffer, span.head_size);
        if (span.tail_size > 0)
            memcpy(span.tail_bounce, (const uint8_t *)buffer + span.head_size + span.middle_size,
                   span.tail_size);
        status = transfer_span(device, BLOCK_WRITE, &span);
    }
    pool_free(span.bounce);
    return status;
}

void block_set_serial(struct block_device *device, const void *text, size_t size)
{
    const char *from = text;
    size_t length = 0, end = 0;
    for (size_t i = 0; i < size && from[i] != '\0' && length + 1 < sizeof device->serial; i++) {
        bool printable = from[i] > ' ' && from[i] <= '~';
        if (!printable && length == 0)
            continue;
        device->serial[length++] = printable ? from[i] : ' ';
        if (printable)
            end = length;
    }
    device->serial[end] = '\0';
}

const char *block_serial(struct block_device *device)
{
    if (device->serial[0] == '\0' && device->operations->identify != NULL)
        device->operations->identify(device);
    return device->serial;
}
