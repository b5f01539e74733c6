/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/scsi.h"

#include <string.h>

#include "hw/scsi.h"

static uint64_t get(const uint8_t *from, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | from[i];
    return value;
}

static void put(uint8_t *to, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        to[i] = (uint8_t)(value >> 8 * (width - 1 - i));
}

static void check_condition(const struct scsi_model *model, uint8_t key, uint8_t asc, uint8_t ascq,
                            struct scsi_model_answer *ret)
{
    ret->status = SCSI_CHECK_CONDITION;
    memset(ret->sense, 0, sizeof ret->sense);
    if (model->descriptor_sense) {
        ret->sense[0] = SCSI_SENSE_DESCRIPTOR;
        ret->sense[1] = key;
        ret->sense[2] = asc;
        ret->sense[3] = ascq;
        ret->sense_size = 8;
    } else {
        ret->sense[0] = SCSI_SENSE_FIXED;
        ret->sense[2] = key;
        ret->sense[7] = 10;
        ret->sense[12] = asc;
        ret->sense[13] = ascq;
        ret->sense_size = 18;
    }
}

static void give(const uint8_t *from, uint32_t length, uint64_t allocation, uint8_t *data,
                 uint32_t size, struct scsi_model_answer *ret)
{
    if (length > allocation)
        length = (uint32_t)allocation;
    if (length > size)
        length = size;
    memcpy(data, from, length);
    ret->transferred = length;
}

static void inquiry(struct scsi_model *model, const uint8_t *cdb, uint8_t *data, uint32_t size,
                    struct scsi_model_answer *ret)
{
    uint8_t answer[64] = {0};
    answer[0] = model->type != 0 ? model->type : model->is_cd ? SCSI_TYPE_CD : SCSI_TYPE_DISK;
    if ((cdb[1] & SCSI_INQUIRY_EVPD) == 0) {
        answer[1] = model->removable ? SCSI_INQUIRY_REMOVABLE : 0;
        answer[2] = 5;
        answer[3] = 2;
        answer[4] = 31;
        memcpy(answer + 8, "CLOUDHV MODEL           1   ", 28);
        give(answer, 36, get(cdb + 3, 2), data, size, ret);
    } else if (cdb[2] == SCSI_VPD_SERIAL && model->serial != NULL) {
        answer[1] = SCSI_VPD_SERIAL;
        answer[3] = (uint8_t)strlen(model->serial);
        memcpy(answer + 4, model->serial, answer[3]);
        give(answer, 4u + answer[3], get(cdb + 3, 2), data, size, ret);
    } else {
        check_condition(model, SCSI_ILLEGAL_REQUEST, 0x24, 0, ret);
    }
}

static void mode_sense(struct scsi_model *model, const uint8_t *cdb, uint8_t *data, uint32_t size,
                       struct scsi_model_answer *ret)
{
    uint8_t answer[24] = {23, 0, 0, 0, SCSI_MODE_CACHING, 18, SCSI_MODE_WCE};
    if (model->no_cache || (cdb[2] & 0x3f) != SCSI_MODE_CACHING) {
        check_condition(model, SCSI_ILLEGAL_REQUEST, 0x24, 0, ret);
        return;
    }
    answer[2] = model->read_only ? SCSI_MODE_WRITE_PROTECT : 0;
    give(answer, sizeof answer, cdb[4], data, size, ret);
}

static void capacity(struct scsi_model *model, const uint8_t *cdb, uint8_t *data, uint32_t size,
                     struct scsi_model_answer *ret)
{
    uint8_t answer[32] = {0};
    uint64_t last = model->size / model->block_size - 1;
    if (cdb[0] == SCSI_READ_CAPACITY_10) {
        put(answer, 4, model->huge || last > UINT32_MAX ? UINT32_MAX : last);
        put(answer + 4, 4, model->block_size);
        give(answer, 8, 8, data, size, ret);
    } else {
        put(answer, 8, last);
        put(answer + 8, 4, model->block_size);
        answer[13] = 3;
        answer[15] = 5;
        give(answer, 32, get(cdb + 10, 4), data, size, ret);
    }
}

static void transfer(struct scsi_model *model, bool write, uint64_t lba, uint64_t count,
                     bool to_device, uint8_t *data, uint32_t size, struct scsi_model_answer *ret)
{
    uint64_t blocks = model->size / model->block_size;
    uint64_t bytes = count * model->block_size;
    *(write ? &model->writes : &model->reads) += 1;
    if (lba > blocks || count > blocks - lba) {
        check_condition(model, SCSI_ILLEGAL_REQUEST, 0x21, 0, ret);
    } else if (write && (model->read_only || model->is_cd)) {
        check_condition(model, SCSI_DATA_PROTECT, 0x27, 0, ret);
    } else if (model->bad_count > 0 && lba < model->bad_lba + model->bad_count &&
               lba + count > model->bad_lba) {
        check_condition(model, 3, 0x11, 0, ret);
    } else if (write == to_device) {
        if (bytes > size)
            bytes = size;
        if (write)
            memcpy(model->data + lba * model->block_size, data, bytes);
        else
            memcpy(data, model->data + lba * model->block_size, bytes);
        ret->transferred = (uint32_t)bytes;
    }
}

/* What comes before any command but INQUIRY and REQUEST SENSE. True: that was the answer. */
static bool interrupted(struct scsi_model *model, uint8_t command, struct scsi_model_answer *ret)
{
    if (command == SCSI_INQUIRY || command == SCSI_REPORT_LUNS)
        return false;
    if (model->busy > 0) {
        model->busy--;
        ret->status = SCSI_BUSY;
        return true;
    }
    if (model->sense_count > 0) {
        const uint8_t *sense = model->sense_queue[--model->sense_count];
        check_condition(model, sense[0], sense[1], sense[2], ret);
        return true;
    }
    if (command == SCSI_START_STOP_UNIT)
        return false;
    if (model->needs_start) {
        check_condition(model, SCSI_NOT_READY, 4, 2, ret);
    } else if (model->not_ready > 0) {
        model->not_ready--;
        check_condition(model, SCSI_NOT_READY, 4, 1, ret);
    } else if (model->no_medium) {
        check_condition(model, SCSI_NOT_READY, SCSI_ASC_NO_MEDIUM, 0, ret);
    } else {
        return false;
    }
    return true;
}

void scsi_model_execute(struct scsi_model *model, const uint8_t *cdb, bool to_device, uint8_t *data,
                        uint32_t size, struct scsi_model_answer *ret)
{
    memset(ret, 0, sizeof *ret);
    if (interrupted(model, cdb[0], ret))
        return;
    model->long_commands += cdb[0] == SCSI_READ_16 || cdb[0] == SCSI_WRITE_16;
    switch (cdb[0]) {
    case SCSI_TEST_UNIT_READY:
        break;
    case SCSI_START_STOP_UNIT:
        model->starts++;
        model->needs_start = false;
        break;
    case SCSI_INQUIRY:
        inquiry(model, cdb, data, size, ret);
        break;
    case SCSI_MODE_SENSE_6:
        mode_sense(model, cdb, data, size, ret);
        break;
    case SCSI_READ_CAPACITY_10:
    case SCSI_SERVICE_ACTION_IN_16:
        capacity(model, cdb, data, size, ret);
        break;
    case SCSI_SYNCHRONIZE_CACHE_10:
        model->flushes++;
        if (model->no_cache)
            check_condition(model, SCSI_ILLEGAL_REQUEST, 0x20, 0, ret);
        break;
    case SCSI_READ_10:
    case SCSI_WRITE_10:
        transfer(model, cdb[0] == SCSI_WRITE_10, get(cdb + 2, 4), get(cdb + 7, 2), to_device, data,
                 size, ret);
        break;
    case SCSI_READ_16:
    case SCSI_WRITE_16:
        transfer(model, cdb[0] == SCSI_WRITE_16, get(cdb + 2, 8), get(cdb + 10, 4), to_device, data,
                 size, ret);
        break;
    default:
        check_condition(model, SCSI_ILLEGAL_REQUEST, 0x20, 0, ret);
        break;
    }
}

void scsi_model_queue_sense(struct scsi_model *model, uint8_t key, uint8_t asc, uint8_t ascq)
{
    if (model->sense_count == sizeof model->sense_queue / sizeof model->sense_queue[0])
        return;
    uint8_t *sense = model->sense_queue[model->sense_count++];
    sense[0] = key;
    sense[1] = asc;
    sense[2] = ascq;
}

void scsi_model_insert(struct scsi_model *model, uint8_t *data, uint64_t size)
{
    model->data = data;
    model->size = size;
    model->no_medium = data == NULL;
    scsi_model_queue_sense(model, SCSI_UNIT_ATTENTION, SCSI_ASC_MEDIUM_CHANGED, 0);
}
