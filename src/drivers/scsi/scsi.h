/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/time.h"
#include "drivers/block_queue.h"

/* SCSI disks and CD-ROMs (SBC-3, MMC-6), whatever carries their commands: virtio-scsi, ATAPI. */

struct scsi_unit;

struct scsi_sense {
    uint8_t key, asc, ascq;
};

#define SCSI_CDB_SIZE 16u

struct scsi_command {
    uint8_t cdb[SCSI_CDB_SIZE];
    bool to_device;                   /* the direction of the data */
    uint32_t bytes;                   /* of data */
    const struct block_piece *pieces; /* only read by submit() */
    unsigned piece_count;

    /* What the transport fills in before it calls complete(): the device's answer. */
    uint8_t status; /* SCSI_GOOD, … */
    struct scsi_sense sense;
    uint32_t transferred; /* bytes */

    /* Called once from poll(), with EFI_NOT_READY when the command may be given again and any other
     * error when the transport failed. */
    void (*complete)(struct scsi_unit *unit, struct scsi_command *command, EFI_STATUS status);
};

/* Asynchronous, as a block device is. */
struct scsi_transport {
    /* EFI_NOT_READY: no room now. */
    EFI_STATUS (*submit)(struct scsi_unit *unit, struct scsi_command *command);
    void (*kick)(struct scsi_unit *unit);
    /* Collects answers of all units; does not start anything. */
    void (*poll)(struct scsi_unit *unit);
    /* Resets what carries commands, forgets them, and calls scsi_unit_fail() for every unit. */
    void (*abort)(struct scsi_unit *unit, EFI_STATUS status);
    EFI_STATUS (*revive)(struct scsi_unit *unit);
};

#define SCSI_PARTS 16u

/* One disk. The transport fills in `transport`, `block.name` and the limits of `requests`:
 * part_max (at least 64 KiB), pieces_max, piece_size_max, align. */
struct scsi_unit {
    const struct scsi_transport *transport;
    struct block_device block;
    struct block_queue requests;
    uint32_t transfer_max; /* part_max before it was rounded to blocks */
    bool is_cd;
    bool capacity_changed;
    uint64_t medium_checked; /* TSC */
    struct deadline ready;   /* how long a unit that is not ready is waited for */
    bool waiting_for_ready;
    uint8_t *buffer;              /* one page: what commands that are not about blocks read */
    struct scsi_command *running; /* such a command */
    EFI_STATUS result;
    struct block_part parts[SCSI_PARTS];
    struct scsi_command commands[SCSI_PARTS];
};

/* Finds out what the unit is and makes a block device of it. EFI_UNSUPPORTED: no disk, without a
 * log line. scsi_unit_release() comes after a failure, too. */
EFI_STATUS scsi_unit_start(struct scsi_unit *unit) MUST_CHECK;

/* All commands, and the requests behind them, end with `status`. */
void scsi_unit_fail(struct scsi_unit *unit, EFI_STATUS status);

/* Nothing is in flight. `stuck`: the transport could not be reset. */
void scsi_unit_release(struct scsi_unit *unit, bool stuck);

/* Fixed and descriptor format; all zero when it is neither. */
struct scsi_sense scsi_parse_sense(const uint8_t *data, size_t size);

/* commands.c and disk.c only: what follows. */

/* Executes a command with up to a page of data from the device, which is at `unit->buffer` then,
 * and retries what should be. `*ret_size` (may be NULL) is what has come. EFI_NO_MEDIA,
 * EFI_UNSUPPORTED (illegal request), EFI_TIMEOUT, EFI_DEVICE_ERROR. */
EFI_STATUS scsi_execute(struct scsi_unit *unit, const uint8_t cdb[SCSI_CDB_SIZE], uint32_t bytes,
                        uint32_t *ret_size) MUST_CHECK;

/* What the answer means; EFI_NOT_READY: give the command again. */
EFI_STATUS scsi_judge(struct scsi_unit *unit, const struct scsi_command *command,
                      uint32_t attempts);

/* Reads capacity and write protection. */
EFI_STATUS scsi_read_medium(struct scsi_unit *unit) MUST_CHECK;
void scsi_set_no_medium(struct scsi_unit *unit);

extern const struct block_operations scsi_block_operations;
extern const struct block_queue_operations scsi_queue_operations;
