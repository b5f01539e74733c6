/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/time.h"
#include "efi/status.h"
#include "lib/list.h"
#include "lib/macros.h"

/* A disk as drivers offer it and storage and EFI use it: submit and complete with scatter lists;
 * several requests may be in flight. Synchronous reading and writing are helpers over it. */

enum block_operation {
    BLOCK_READ,
    BLOCK_WRITE,
    BLOCK_FLUSH, /* no segments, lba 0 */
    BLOCK_ERASE, /* lba and block_count; the content reads as anything afterwards */
};

struct block_segment {
    void *base;
    size_t size; /* bytes; over all segments a multiple of the block size */
};

struct block_request {
    enum block_operation operation;
    /* In units of the device's block size. Not kept: a partition adds its start and hands the
     * request on, so set it again before a request is submitted again. */
    uint64_t lba;
    uint64_t block_count;                 /* BLOCK_ERASE only */
    const struct block_segment *segments; /* the caller's until completion */
    size_t segment_count;

    /* Called once, from submit(), poll() or abort(), with the result. May submit again. */
    void (*complete)(struct block_request *request, EFI_STATUS status);
    void *context;

    /* The driver's while the request is in flight. */
    struct list link;
    size_t done;    /* bytes finished or handed to the device */
    uint32_t parts; /* device requests still in flight */
    EFI_STATUS status;
};

struct block_device;

struct block_operations {
    /* Takes the request, or fails without calling complete(): EFI_INVALID_PARAMETER (range, size),
     * EFI_WRITE_PROTECTED, EFI_UNSUPPORTED (erase), EFI_DEVICE_ERROR (device is dead). More
     * segments or bytes than the device takes at once are split by the driver. Requests beyond the
     * queue's depth wait inside the driver. */
    EFI_STATUS (*submit)(struct block_device *device, struct block_request *request);

    /* Collects completions; returns at once. */
    void (*poll)(struct block_device *device);

    /* Gives up: resets the device so that it touches no buffer any more, and completes every
     * request in flight with `status`. The device answers EFI_DEVICE_ERROR from then on, unless the
     * driver can start it again at the next request. */
    void (*abort)(struct block_device *device, EFI_STATUS status);

    /* What follows may be NULL. */

    /* Makes a device that was given up work again. */
    EFI_STATUS (*reset)(struct block_device *device);

    /* Looks whether the medium or its size is another one, and brings the device's fields up to
     * date; media_id tells. Does nothing when it was called a moment ago. */
    void (*check_medium)(struct block_device *device);

    /* Fills `serial` in: drivers that would have to ask the device wait until somebody wants it. */
    void (*identify)(struct block_device *device);
};

struct block_device {
    const struct block_operations *operations;
    char name[40];       /* for log lines: "virtio-blk 0000:00:03.0" */
    char serial[24];     /* NUL terminated, empty when the device has none */
    uint32_t block_size; /* bytes, a power of two, 512 to 65536 */
    uint64_t block_count;
    uint32_t blocks_per_physical_block; /* 1 when unknown */
    uint32_t lowest_aligned_lba;        /* the first block that begins a physical one */
    uint32_t transfer_granularity;      /* in blocks, 0 when unknown */
    uint32_t erase_granularity;         /* in blocks; of use when can_erase */
    uint32_t media_id;                  /* changes when the medium or its size changes */
    bool read_only;
    bool removable;
    bool no_medium; /* block_count is not 0 nevertheless */
    bool can_erase;
    bool volatile_cache; /* BLOCK_FLUSH means something */
    uint32_t progress;   /* counts, and wraps around, what the device has finished */
};

/* The device's serial number, empty when it has none. */
const char *block_serial(struct block_device *device);

/* For drivers: takes the printable characters of `text` without the spaces around them. */
void block_set_serial(struct block_device *device, const void *text, size_t size);

/* How long a request may take before the device is given up: longer than a rate limiter's pauses.
 */
#define BLOCK_TIMEOUT_MS 30000

/* Counts from the device's last sign of progress, whatever that is of: a rate limiter may stretch
 * big requests, which drivers cut into parts, and what waits behind them over minutes. */
struct block_deadline {
    struct deadline deadline;
    uint32_t progress;
};

struct block_deadline block_deadline_start(const struct block_device *device);

/* Collects completions. A device that misses the deadline is aborted: everything in flight ends
 * with `status`. */
void block_look(struct block_device *device, struct block_deadline *deadline, EFI_STATUS status);

/* A request whose owner does other things meanwhile. `request` is filled in before block_start(),
 * except for complete and context. */
struct block_pending {
    struct block_request request;
    bool done;
    EFI_STATUS status; /* when done */
};

/* Hands the request to the device; errors of submit(). After EFI_SUCCESS it, its segments and its
 * memory stay where they are until block_wait() has returned its result. */
EFI_STATUS block_start(struct block_device *device, struct block_pending *pending) MUST_CHECK;

/* A request that misses its deadline aborts the device: EFI_TIMEOUT. */
EFI_STATUS block_wait(struct block_device *device, struct block_pending *pending) MUST_CHECK;

/* Synchronous helpers (core/block.c). `size` is a multiple of the block size. A request that misses
 * its deadline aborts the device: EFI_TIMEOUT. Out-of-range: EFI_INVALID_PARAMETER. Not re-entrant
 * for one device from a notification function: the caller raises to TPL_CALLBACK or better. */
EFI_STATUS block_read(struct block_device *device, uint64_t lba, void *buffer,
                      size_t size) MUST_CHECK;
EFI_STATUS block_write(struct block_device *device, uint64_t lba, const void *buffer,
                       size_t size) MUST_CHECK;
EFI_STATUS block_flush(struct block_device *device) MUST_CHECK;
EFI_STATUS block_erase(struct block_device *device, uint64_t lba, uint64_t count) MUST_CHECK;

/* Byte access at any offset and length, as DISK_IO and file systems need it: whole blocks go
 * straight into `buffer`, ragged ends through one block of bounce memory. */
EFI_STATUS block_read_bytes(struct block_device *device, uint64_t offset, void *buffer,
                            size_t size) MUST_CHECK;
EFI_STATUS block_write_bytes(struct block_device *device, uint64_t offset, const void *buffer,
                             size_t size) MUST_CHECK;
