/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A SCSI disk or CD-ROM in memory, with the faults that real ones have: what virtio-scsi and ATAPI
 * models carry. */

struct scsi_model {
    uint8_t *data;
    uint64_t size; /* bytes */
    uint32_t block_size;
    bool is_cd, removable, no_medium, read_only;
    bool no_cache;      /* SYNCHRONIZE CACHE is not known, MODE SENSE neither */
    bool huge;          /* READ CAPACITY(10) does not suffice */
    uint8_t type;       /* 0: by is_cd; else what INQUIRY says */
    const char *serial; /* NULL: no page 0x80 */
    uint64_t bad_lba, bad_count;

    /* Answered with CHECK CONDITION once each, the last first. */
    uint8_t sense_queue[16][3];
    unsigned sense_count;
    bool descriptor_sense;
    unsigned not_ready; /* commands that find the unit becoming ready */
    unsigned busy;      /* commands that get BUSY */
    bool needs_start;

    unsigned reads, writes, flushes, long_commands, starts;
};

struct scsi_model_answer {
    uint8_t status;
    uint8_t sense[32];
    uint32_t sense_size;
    uint32_t transferred; /* bytes of `data` that were read or written */
};

/* Executes one command with `size` bytes of data to (`to_device`) or from the unit. */
void scsi_model_execute(struct scsi_model *model, const uint8_t *cdb, bool to_device, uint8_t *data,
                        uint32_t size, struct scsi_model_answer *ret);

/* Another medium, or none: the unit tells so at the next command. */
void scsi_model_insert(struct scsi_model *model, uint8_t *data, uint64_t size);

void scsi_model_queue_sense(struct scsi_model *model, uint8_t key, uint8_t asc, uint8_t ascq);
