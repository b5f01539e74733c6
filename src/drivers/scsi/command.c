/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/scsi/scsi.h"
#include "efi/types.h"
#include "hw/scsi.h"
#include "lib/memory.h"

/* Commands and what their answers mean (SPC-4 §4.5). */

#define ATTEMPTS_MAX 8u

/* Shorter than BLOCK_TIMEOUT_MS: a unit that does not become ready is an error of this request and
 * no reason for a reset. */
#define READY_TIMEOUT_MS 20000u

#define COMMAND_TIMEOUT_MS 10000u

struct scsi_sense scsi_parse_sense(const uint8_t *data, size_t size)
{
    uint8_t code = size > 0 ? data[0] & SCSI_SENSE_RESPONSE_MASK : 0;
    if (size >= 14 && (code & 0xfe) == SCSI_SENSE_FIXED)
        return (struct scsi_sense){data[2] & 0xf, data[12], data[13]};
    if (size >= 4 && (code & 0xfe) == SCSI_SENSE_DESCRIPTOR)
        return (struct scsi_sense){data[1] & 0xf, data[2], data[3]};
    return (struct scsi_sense){0};
}

static EFI_STATUS not_yet(struct scsi_unit *unit)
{
    if (!unit->waiting_for_ready) {
        unit->waiting_for_ready = true;
        unit->ready = deadline_in_ms(READY_TIMEOUT_MS);
    } else if (deadline_passed(&unit->ready)) {
        unit->waiting_for_ready = false;
        return log_failure(EFI_DEVICE_ERROR, "%s: does not become ready", unit->block.name);
    }
    return EFI_NOT_READY;
}

static EFI_STATUS again(uint32_t attempts)
{
    return attempts < ATTEMPTS_MAX ? EFI_NOT_READY : EFI_DEVICE_ERROR;
}

void scsi_set_no_medium(struct scsi_unit *unit)
{
    if (unit->block.no_medium)
        return;
    unit->block.no_medium = true;
    unit->block.media_id++;
}

static EFI_STATUS attention(struct scsi_unit *unit, struct scsi_sense sense, uint32_t attempts)
{
    if (sense.asc == SCSI_ASC_MEDIUM_CHANGED && unit->block.removable) {
        /* Whoever asks next looks what is there. */
        scsi_set_no_medium(unit);
        return EFI_MEDIA_CHANGED;
    }
    if (sense.asc == SCSI_ASC_PARAMETERS && sense.ascq == SCSI_ASCQ_CAPACITY)
        unit->capacity_changed = true;
    return again(attempts);
}

static EFI_STATUS judge_sense(struct scsi_unit *unit, const struct scsi_command *command,
                              uint32_t attempts)
{
    struct scsi_sense sense = command->sense;
    switch (sense.key) {
    case SCSI_NO_SENSE:
    case SCSI_RECOVERED_ERROR:
        return command->transferred >= command->bytes ? EFI_SUCCESS : EFI_DEVICE_ERROR;
    case SCSI_NOT_READY:
        if (sense.asc == SCSI_ASC_NO_MEDIUM) {
            scsi_set_no_medium(unit);
            return EFI_NO_MEDIA;
        }
        return sense.asc == SCSI_ASC_NOT_READY ? not_yet(unit) : EFI_DEVICE_ERROR;
    case SCSI_UNIT_ATTENTION:
        return attention(unit, sense, attempts);
    case SCSI_ABORTED_COMMAND:
        return again(attempts);
    case SCSI_ILLEGAL_REQUEST:
        return EFI_UNSUPPORTED;
    case SCSI_DATA_PROTECT:
        return EFI_WRITE_PROTECTED;
    default:
        return EFI_DEVICE_ERROR;
    }
}

EFI_STATUS scsi_judge(struct scsi_unit *unit, const struct scsi_command *command, uint32_t attempts)
{
    switch (command->status) {
    case SCSI_GOOD:
    case SCSI_CONDITION_MET:
        unit->waiting_for_ready = false;
        return EFI_SUCCESS;
    case SCSI_CHECK_CONDITION:
        return judge_sense(unit, command, attempts);
    case SCSI_BUSY:
    case SCSI_TASK_SET_FULL:
        return not_yet(unit);
    default:
        return EFI_DEVICE_ERROR;
    }
}

static void finished(struct scsi_unit *unit, struct scsi_command *command, EFI_STATUS status)
{
    unit->result = status;
    unit->running = NULL;
}

/* One attempt: the transport's result. */
static EFI_STATUS run_once(struct scsi_unit *unit, struct scsi_command *command)
{
    struct deadline deadline = deadline_in_ms(COMMAND_TIMEOUT_MS);
    EFI_STATUS status;
    while ((status = unit->transport->submit(unit, command)) == EFI_NOT_READY) {
        unit->transport->poll(unit);
        if (deadline_passed(&deadline))
            return EFI_DEVICE_ERROR;
    }
    if (EFI_ERROR(status))
        return status;
    unit->running = command;
    unit->transport->kick(unit);
    while (unit->running != NULL) {
        unit->transport->poll(unit);
        if (unit->running != NULL && deadline_passed(&deadline)) {
            log_error("%s: no answer to command 0x%x", unit->block.name, command->cdb[0]);
            unit->transport->abort(unit, EFI_TIMEOUT);
            return EFI_TIMEOUT;
        }
    }
    return unit->result;
}

/* A unit that wants to be told to start is told so, once. */
static void start_if_asked(struct scsi_unit *unit, struct scsi_sense sense, bool *started)
{
    struct scsi_command command = {.cdb = {SCSI_START_STOP_UNIT, 0, 0, 0, SCSI_START},
                                   .complete = finished};
    if (*started || sense.key != SCSI_NOT_READY || sense.asc != SCSI_ASC_NOT_READY ||
        sense.ascq != SCSI_ASCQ_NEEDS_START)
        return;
    *started = true;
    if (EFI_ERROR(run_once(unit, &command)))
        log_debug("%s: cannot be told to start", unit->block.name);
}

EFI_STATUS scsi_execute(struct scsi_unit *unit, const uint8_t cdb[SCSI_CDB_SIZE], uint32_t bytes,
                        uint32_t *ret_size)
{
    struct block_piece piece = {unit->buffer, bytes};
    struct scsi_command command;
    EFI_STATUS status = EFI_NOT_READY;
    bool started = false;
    for (uint32_t attempts = 0; status == EFI_NOT_READY; attempts++) {
        command = (struct scsi_command){
            .bytes = bytes,
            .pieces = &piece,
            .piece_count = bytes > 0 ? 1 : 0,
            .complete = finished,
        };
        memcpy(command.cdb, cdb, SCSI_CDB_SIZE);
        memset(unit->buffer, 0, EFI_PAGE_SIZE);
        status = run_once(unit, &command);
        if (status == EFI_NOT_READY)
            status = again(attempts);
        else if (!EFI_ERROR(status))
            status = scsi_judge(unit, &command, attempts);
        start_if_asked(unit, command.sense, &started);
    }
    if (!EFI_ERROR(status) && ret_size != NULL)
        *ret_size = MIN(command.transferred, bytes);
    return status;
}
