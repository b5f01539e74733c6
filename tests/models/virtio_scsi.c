/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_scsi.h"

#include <stdlib.h>
#include <string.h>

#include "hw/scsi.h"

static struct virtio_scsi_model *model_of(struct virtio_model *virtio)
{
    return (struct virtio_scsi_model *)((char *)virtio -
                                        offsetof(struct virtio_scsi_model, virtio));
}

void virtio_scsi_model_add(struct virtio_scsi_model *model, uint8_t target, uint16_t lun,
                           struct scsi_model *unit)
{
    model->units[model->unit_count].target = target;
    model->units[model->unit_count].lun = lun;
    model->units[model->unit_count++].unit = unit;
}

/* The target's LUNs, as far as they fit. */
static void report_luns(struct virtio_scsi_model *model, uint8_t target, uint8_t *data,
                        uint32_t size, struct scsi_model_answer *answer)
{
    uint8_t list[8 + 8 * VIRTIO_SCSI_MODEL_UNITS] = {0};
    uint32_t count = 0;
    for (unsigned i = 0; i < model->unit_count; i++) {
        if (model->units[i].target != target)
            continue;
        uint8_t *entry = list + 8 * ++count;
        uint16_t lun = model->units[i].lun;
        bool flat = model->flat || lun > 255;
        entry[0] = (uint8_t)((flat ? SCSI_LUN_FLAT : 0) | lun >> 8);
        entry[1] = (uint8_t)lun;
    }
    list[2] = (uint8_t)(8 * count >> 8);
    list[3] = (uint8_t)(8 * count);
    answer->transferred = size < 8 * (count + 1) ? size : 8 * (count + 1);
    memcpy(data, list, answer->transferred);
}

static uint8_t execute(struct virtio_scsi_model *model, const struct virtio_scsi_req_header *header,
                       bool to_device, uint8_t *data, uint32_t size,
                       struct scsi_model_answer *answer)
{
    uint16_t lun = (uint16_t)((header->lun[2] << 8 | header->lun[3]) & 0x3fff);
    bool there = false;
    memset(answer, 0, sizeof *answer);
    if (header->lun[0] != 1)
        return VIRTIO_SCSI_S_BAD_TARGET;
    for (unsigned i = 0; i < model->unit_count; i++) {
        if (model->units[i].target != header->lun[1])
            continue;
        there = true;
        if (header->cdb[0] == SCSI_REPORT_LUNS && !model->no_report_luns) {
            report_luns(model, header->lun[1], data, size, answer);
            return VIRTIO_SCSI_S_OK;
        }
        if (model->units[i].lun == lun) {
            scsi_model_execute(model->units[i].unit, header->cdb, to_device, data, size, answer);
            return VIRTIO_SCSI_S_OK;
        }
    }
    model->bad_targets += !there;
    return there ? VIRTIO_SCSI_S_BAD_LUN : VIRTIO_SCSI_S_BAD_TARGET;
}

/* The pieces after `first` of one kind, as one stretch of memory: gathered or scattered. */
static uint32_t total(const struct virtio_model_chain *chain, unsigned first, bool writable)
{
    uint32_t size = 0;
    for (unsigned i = first; i < chain->count; i++)
        size += chain->pieces[i].writable == writable ? chain->pieces[i].size : 0;
    return size;
}

static void copy(const struct virtio_model_chain *chain, unsigned first, bool writable,
                 uint8_t *data)
{
    for (unsigned i = first; i < chain->count; i++) {
        if (chain->pieces[i].writable != writable)
            continue;
        if (writable)
            memcpy(chain->pieces[i].data, data, chain->pieces[i].size);
        else
            memcpy(data, chain->pieces[i].data, chain->pieces[i].size);
        data += chain->pieces[i].size;
    }
}

/* Index of the response: the first writable piece. 0: the chain makes no sense. */
static unsigned find_response(const struct virtio_model_chain *chain)
{
    if (chain->pieces[0].writable || chain->pieces[0].size != sizeof(struct virtio_scsi_req_header))
        return 0;
    for (unsigned i = 1; i < chain->count; i++) {
        if (chain->pieces[i].writable)
            return chain->pieces[i].size == sizeof(struct virtio_scsi_resp) ? i : 0;
    }
    return 0;
}

static void respond(struct virtio_scsi_model *model, const struct virtio_model_chain *chain,
                    unsigned at, uint32_t *ret_length)
{
    struct virtio_scsi_req_header header;
    struct virtio_scsi_resp response = {0};
    struct scsi_model_answer answer = {0};
    memcpy(&header, chain->pieces[0].data, sizeof header);
    uint32_t in = total(chain, at + 1, true), out = total(chain, 1, false);
    uint32_t size = in > 0 ? in : out;
    uint8_t *data = calloc(1, size + 1);
    if (data == NULL)
        abort();
    copy(chain, 1, false, data);
    if (model->next_response != 0) {
        response.response = model->next_response;
        model->next_response = 0;
    } else {
        response.response = execute(model, &header, out > 0, data, size, &answer);
    }
    if (in > 0)
        copy(chain, at + 1, true, data);
    free(data);
    response.status = (uint8_t)virtio_model_lie(&model->virtio, LIE_RESULT, answer.status);
    response.response = (uint8_t)virtio_model_lie(&model->virtio, LIE_RESULT, response.response);
    response.residual =
        (uint32_t)virtio_model_lie(&model->virtio, LIE_RESULT, size - answer.transferred);
    response.sense_len = (uint32_t)virtio_model_lie(&model->virtio, LIE_RESULT, answer.sense_size);
    memcpy(response.sense, answer.sense, sizeof answer.sense);
    if (model->virtio.lie != NULL)
        response.sense[2] = (uint8_t)virtio_model_lie(&model->virtio, LIE_RESULT, answer.sense[2]);
    memcpy(chain->pieces[at].data, &response, sizeof response);
    *ret_length = (uint32_t)sizeof response + (in > 0 ? answer.transferred : 0);
    if (model->short_length)
        *ret_length /= 2;
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_scsi_model *model = model_of(virtio);
    struct virtio_model_chain chain;
    while (queue == VIRTIO_SCSI_QUEUE_REQUEST && virtio_model_pop(virtio, queue, &chain)) {
        unsigned at = find_response(&chain);
        uint32_t length = 0;
        model->commands++;
        if (at == 0 && virtio->lie == NULL)
            bus_forbidden(virtio->bus, "command without header or response");
        bool quiet = model->silent || (at != 0 && chain.pieces[0].data[1] == model->silent_target &&
                                       model->silent_target >= 0);
        if (quiet)
            continue;
        if (at != 0)
            respond(model, &chain, at, &length);
        if (model->hold && model->held_count < VIRTIO_SCSI_MODEL_HELD) {
            model->held[model->held_count].head = chain.head;
            model->held[model->held_count++].length = length;
            if (model->held_count > model->most_in_flight)
                model->most_in_flight = model->held_count;
            continue;
        }
        virtio_model_push(virtio, queue, chain.head, length);
    }
}

static void reset(struct virtio_model *virtio)
{
    struct virtio_scsi_model *model = model_of(virtio);
    model->held_count = 0;
}

void virtio_scsi_model_release(struct virtio_scsi_model *model, bool reverse)
{
    unsigned count = model->held_count;
    model->held_count = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned n = reverse ? count - 1 - i : i;
        virtio_model_push(&model->virtio, VIRTIO_SCSI_QUEUE_REQUEST, model->held[n].head,
                          model->held[n].length);
    }
}

void virtio_scsi_model_init(struct virtio_scsi_model *model, struct bus *bus, uint16_t queue_size,
                            uint32_t seg_max, uint32_t max_sectors)
{
    struct virtio_scsi_config *config = (struct virtio_scsi_config *)model->virtio.config;
    uint16_t sizes[3] = {queue_size, queue_size, queue_size};
    virtio_model_init(&model->virtio, bus, sizes, 3);
    model->virtio.type = VIRTIO_TYPE_SCSI;
    model->virtio.offered = VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC;
    model->virtio.notify = notify;
    model->virtio.reset = reset;
    model->virtio.config_size = sizeof *config;
    model->silent_target = -1;
    config->num_queues = 1;
    config->seg_max = seg_max;
    config->max_sectors = max_sectors;
    config->sense_size = VIRTIO_SCSI_SENSE_SIZE;
    config->cdb_size = VIRTIO_SCSI_CDB_SIZE;
    config->max_target = (uint16_t)model->max_target;
    config->max_lun = 16383;
}
