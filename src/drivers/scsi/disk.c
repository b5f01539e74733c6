/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/scsi/scsi.h"
#include "efi/types.h"
#include "hw/scsi.h"
#include "lib/memory.h"

/* A unit as a block device. */

#define CD_BLOCK_SIZE  2048u
#define BLOCK_SIZE_MIN 512u
#define BLOCK_SIZE_MAX 65536u

/* Ticks of the TSC, about a tenth of a second, in which nobody changes a disk twice. */
#define CHECK_INTERVAL (1ull << 28)

static void put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value >> 16);
    put16(to + 2, value);
}

static void put64(uint8_t *to, uint64_t value)
{
    put32(to, (uint32_t)(value >> 32));
    put32(to + 4, (uint32_t)value);
}

static uint32_t get32(const uint8_t *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static struct scsi_unit *unit_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct scsi_unit, block);
}

static struct scsi_unit *unit_of_queue(struct block_queue *queue)
{
    return CONTAINER_OF(queue, struct scsi_unit, requests);
}

static void make_transfer(uint8_t *cdb, bool write, uint64_t lba, uint32_t count)
{
    if (lba + count <= UINT32_MAX && count <= UINT16_MAX) {
        cdb[0] = write ? SCSI_WRITE_10 : SCSI_READ_10;
        put32(cdb + 2, (uint32_t)lba);
        put16(cdb + 7, count);
    } else {
        cdb[0] = write ? SCSI_WRITE_16 : SCSI_READ_16;
        put64(cdb + 2, lba);
        put32(cdb + 10, count);
    }
}

static void part_done(struct scsi_unit *unit, struct scsi_command *command, EFI_STATUS status)
{
    struct block_part *part = &unit->parts[command - unit->commands];
    bool flush = part->request->operation == BLOCK_FLUSH;
    if (!EFI_ERROR(status)) {
        status = scsi_judge(unit, command, part->attempts);
        if (status == EFI_SUCCESS && command->transferred < command->bytes)
            status = EFI_DEVICE_ERROR;
        if (status == EFI_UNSUPPORTED && flush) {
            unit->block.volatile_cache = false;
            status = EFI_SUCCESS;
        }
    } else if (status == EFI_NOT_READY && part->attempts >= SCSI_PARTS) {
        status = EFI_DEVICE_ERROR;
    }
    if (status == EFI_NOT_READY)
        block_queue_retry(&unit->requests, part);
    else
        block_queue_complete(&unit->requests, part, status);
}

static EFI_STATUS start(struct block_queue *queue, struct block_part *part,
                        const struct block_piece *pieces, unsigned count)
{
    struct scsi_unit *unit = unit_of_queue(queue);
    struct scsi_command *command = &unit->commands[part->index];
    *command = (struct scsi_command){
        .to_device = part->request->operation == BLOCK_WRITE,
        .bytes = (uint32_t)part->bytes,
        .pieces = pieces,
        .piece_count = count,
        .complete = part_done,
    };
    if (part->request->operation == BLOCK_FLUSH)
        command->cdb[0] = SCSI_SYNCHRONIZE_CACHE_10;
    else
        make_transfer(command->cdb, command->to_device, part->lba,
                      (uint32_t)(part->bytes / unit->block.block_size));
    return unit->transport->submit(unit, command);
}

static void kick(struct block_queue *queue)
{
    struct scsi_unit *unit = unit_of_queue(queue);
    unit->transport->kick(unit);
}

static EFI_STATUS revive(struct block_queue *queue)
{
    struct scsi_unit *unit = unit_of_queue(queue);
    return unit->transport->revive(unit);
}

const struct block_queue_operations scsi_queue_operations = {
    .start = start,
    .kick = kick,
    .revive = revive,
};

static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    return block_queue_submit(&unit_of(block)->requests, request);
}

static void poll(struct block_device *block)
{
    struct scsi_unit *unit = unit_of(block);
    if (unit->requests.dead)
        return;
    unit->transport->poll(unit);
    if (!unit->requests.dead)
        block_queue_run(&unit->requests);
}

static void abort_all(struct block_device *block, EFI_STATUS status)
{
    struct scsi_unit *unit = unit_of(block);
    if (!unit->requests.dead)
        unit->transport->abort(unit, status);
}

static EFI_STATUS reset(struct block_device *block)
{
    return block_queue_reset(&unit_of(block)->requests);
}

/* With a count of 1, so that nobody computes with "0 - 1". */
static void forget_medium(struct scsi_unit *unit)
{
    scsi_set_no_medium(unit);
    unit->block.block_size = unit->is_cd ? CD_BLOCK_SIZE : BLOCK_SIZE_MIN;
    unit->block.block_count = 1;
    unit->requests.part_max = ALIGN_DOWN(unit->transfer_max, unit->block.block_size);
}

static void check_medium(struct block_device *block)
{
    static const uint8_t test_unit_ready[SCSI_CDB_SIZE] = {SCSI_TEST_UNIT_READY};
    struct scsi_unit *unit = unit_of(block);
    uint64_t now = time_now_ticks();
    if (unit->requests.dead || (!block->removable && !unit->capacity_changed) ||
        now - unit->medium_checked < CHECK_INTERVAL)
        return;
    unit->medium_checked = now;
    EFI_STATUS status = scsi_execute(unit, test_unit_ready, 0, NULL);
    if (status == EFI_MEDIA_CHANGED)
        status = scsi_execute(unit, test_unit_ready, 0, NULL);
    if (!block->no_medium && !unit->capacity_changed)
        return;
    if (!EFI_ERROR(status))
        status = scsi_read_medium(unit);
    if (EFI_ERROR(status))
        forget_medium(unit);
    else
        block->media_id++;
}

static void identify(struct block_device *block)
{
    static const uint8_t cdb[SCSI_CDB_SIZE] = {SCSI_INQUIRY, SCSI_INQUIRY_EVPD, SCSI_VPD_SERIAL, 0,
                                               255};
    struct scsi_unit *unit = unit_of(block);
    uint32_t size;
    if (unit->requests.dead || EFI_ERROR(scsi_execute(unit, cdb, 255, &size)) || size < 4 ||
        unit->buffer[1] != SCSI_VPD_SERIAL)
        return;
    block_set_serial(block, unit->buffer + 4, MIN(size - 4, unit->buffer[3]));
}

const struct block_operations scsi_block_operations = {
    .submit = submit,
    .poll = poll,
    .abort = abort_all,
    .reset = reset,
    .check_medium = check_medium,
    .identify = identify,
};

static EFI_STATUS read_capacity(struct scsi_unit *unit, uint64_t *ret_last, uint32_t *ret_size)
{
    static const uint8_t short_form[SCSI_CDB_SIZE] = {SCSI_READ_CAPACITY_10};
    static const uint8_t long_form[SCSI_CDB_SIZE] = {
        [0] = SCSI_SERVICE_ACTION_IN_16, [1] = SCSI_READ_CAPACITY_16, [13] = 32};
    uint32_t size;
    EFI_STATUS status = scsi_execute(unit, short_form, 8, &size);
    if (EFI_ERROR(status))
        return status;
    if (size < 8)
        return EFI_DEVICE_ERROR;
    *ret_last = get32(unit->buffer);
    *ret_size = get32(unit->buffer + 4);
    if (*ret_last != UINT32_MAX)
        return EFI_SUCCESS;

    status = scsi_execute(unit, long_form, 32, &size);
    if (EFI_ERROR(status))
        return status;
    if (size < 16)
        return EFI_DEVICE_ERROR;
    *ret_last = (uint64_t)get32(unit->buffer) << 32 | get32(unit->buffer + 4);
    *ret_size = get32(unit->buffer + 8);
    unit->block.blocks_per_physical_block = 1u << (unit->buffer[13] & 0xf);
    unit->block.lowest_aligned_lba = get32(unit->buffer + 12) & 0x3fff;
    return EFI_SUCCESS;
}

/* A disk that does not tell may have a cache, and may be written to. */
static void read_mode(struct scsi_unit *unit)
{
    static const uint8_t cdb[SCSI_CDB_SIZE] = {SCSI_MODE_SENSE_6, SCSI_MODE_DBD, SCSI_MODE_CACHING,
                                               0, 192};
    uint32_t size;
    unit->block.read_only = unit->is_cd;
    unit->block.volatile_cache = !unit->is_cd;
    if (unit->is_cd || EFI_ERROR(scsi_execute(unit, cdb, 192, &size)) ||
        size < SCSI_MODE_HEADER_SIZE)
        return;
    unit->block.read_only = unit->buffer[2] & SCSI_MODE_WRITE_PROTECT;
    uint32_t page = SCSI_MODE_HEADER_SIZE + unit->buffer[3];
    if (page + 3 <= size && (unit->buffer[page] & 0x3f) == SCSI_MODE_CACHING)
        unit->block.volatile_cache = unit->buffer[page + 2] & SCSI_MODE_WCE;
}

EFI_STATUS scsi_read_medium(struct scsi_unit *unit)
{
    struct block_device *block = &unit->block;
    uint64_t last;
    uint32_t size;
    unit->capacity_changed = false;
    EFI_STATUS status = read_capacity(unit, &last, &size);
    if (EFI_ERROR(status))
        return status;
    if (size < BLOCK_SIZE_MIN || size > BLOCK_SIZE_MAX || (size & (size - 1)) != 0 ||
        last >= UINT64_MAX / size)
        return log_failure(EFI_UNSUPPORTED, "%s: block size %u, last block 0x%llx", block->name,
                           size, (unsigned long long)last);
    block->block_size = size;
    block->block_count = last + 1;
    block->no_medium = false;
    unit->requests.part_max = ALIGN_DOWN(unit->transfer_max, size);
    read_mode(unit);
    return EFI_SUCCESS;
}

static EFI_STATUS inquire(struct scsi_unit *unit)
{
    static const uint8_t cdb[SCSI_CDB_SIZE] = {SCSI_INQUIRY, 0, 0, 0, SCSI_INQUIRY_SIZE};
    uint32_t size;
    EFI_STATUS status = scsi_execute(unit, cdb, SCSI_INQUIRY_SIZE, &size);
    if (EFI_ERROR(status))
        return status;
    uint8_t type = unit->buffer[0] & SCSI_TYPE_MASK;
    if (size < 2 || (unit->buffer[0] & SCSI_PERIPHERAL_MASK) != 0 ||
        (type != SCSI_TYPE_DISK && type != SCSI_TYPE_CD))
        return EFI_UNSUPPORTED;
    unit->is_cd = type == SCSI_TYPE_CD;
    unit->block.removable = unit->buffer[1] & SCSI_INQUIRY_REMOVABLE;
    return EFI_SUCCESS;
}

static EFI_STATUS find_medium(struct scsi_unit *unit)
{
    static const uint8_t test_unit_ready[SCSI_CDB_SIZE] = {SCSI_TEST_UNIT_READY};
    EFI_STATUS status = scsi_execute(unit, test_unit_ready, 0, NULL);
    if (status == EFI_MEDIA_CHANGED)
        status = scsi_execute(unit, test_unit_ready, 0, NULL);
    if (!EFI_ERROR(status))
        status = scsi_read_medium(unit);
    if (EFI_ERROR(status) && unit->block.removable && status != EFI_TIMEOUT) {
        forget_medium(unit);
        status = EFI_SUCCESS;
    }
    return status;
}

EFI_STATUS scsi_unit_start(struct scsi_unit *unit)
{
    unit->transfer_max = unit->requests.part_max;
    unit->block.operations = &scsi_block_operations;
    unit->block.blocks_per_physical_block = 1;
    unit->requests.device = &unit->block;
    unit->requests.operations = &scsi_queue_operations;
    block_queue_init(&unit->requests, unit->parts, SCSI_PARTS);
    unit->buffer = pool_alloc_pages(EFI_PAGE_SIZE);
    if (unit->buffer == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = inquire(unit);
    if (!EFI_ERROR(status))
        status = find_medium(unit);
    if (EFI_ERROR(status) && status != EFI_UNSUPPORTED)
        log_warning("%s: cannot be used", unit->block.name);
    unit->block.media_id = 0;
    return status;
}

void scsi_unit_fail(struct scsi_unit *unit, EFI_STATUS status)
{
    unit->result = status;
    unit->running = NULL;
    block_queue_fail(&unit->requests, status);
}

void scsi_unit_release(struct scsi_unit *unit, bool stuck)
{
    block_queue_release(&unit->requests, stuck);
    if (unit->buffer != NULL && !stuck)
        pool_free_pages(unit->buffer, EFI_PAGE_SIZE);
    unit->buffer = NULL;
}
