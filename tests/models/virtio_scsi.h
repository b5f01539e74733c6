/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/scsi.h"
#include "models/virtio.h"

/* virtio-scsi with units of models/scsi.h behind it. */

#define VIRTIO_SCSI_MODEL_UNITS 64
#define VIRTIO_SCSI_MODEL_HELD  128

struct virtio_scsi_model {
    struct virtio_model virtio;
    struct {
        uint8_t target;
        uint16_t lun;
        struct scsi_model *unit;
    } units[VIRTIO_SCSI_MODEL_UNITS];
    unsigned unit_count;
    uint32_t max_target;
    bool no_report_luns; /* an old target */
    bool flat;           /* REPORT LUNS uses flat addressing for every unit */

    bool silent;           /* never answers */
    int silent_target;     /* nor does this one; below 0: none */
    bool hold;             /* answers only when virtio_scsi_model_release() is called */
    uint8_t next_response; /* not 0: the response to the next command, which is not executed */
    bool short_length;

    unsigned commands, bad_targets, most_in_flight;
    struct {
        uint16_t head;
        uint32_t length;
    } held[VIRTIO_SCSI_MODEL_HELD];
    unsigned held_count;
};

/* Units are set. */
void virtio_scsi_model_init(struct virtio_scsi_model *model, struct bus *bus, uint16_t queue_size,
                            uint32_t seg_max, uint32_t max_sectors);
void virtio_scsi_model_add(struct virtio_scsi_model *model, uint8_t target, uint16_t lun,
                           struct scsi_model *unit);
void virtio_scsi_model_release(struct virtio_scsi_model *model, bool reverse);
