/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/block.h"

/* The half of a disk driver that is the same for all of them: requests are checked, cut into parts
 * that the device takes, handed out while there is room, collected in any order, tried again, and
 * given up together. The driver starts a part and says how it ended. */

struct block_queue;

/* A stretch of memory of one part. */
struct block_piece {
    void *base;
    uint32_t size; /* bytes, not 0 */
};

#define BLOCK_PIECES_MAX 30u

/* One command to the device, or one that it may become: whole blocks of one request. */
struct block_part {
    struct block_part *next;       /* in the list of free ones, or of those to start again */
    struct block_request *request; /* NULL: free */
    uint32_t index;                /* in the queue's parts: the driver's own things have it, too */
    uint32_t attempts;             /* before this one */
    uint32_t block_size;           /* that the following was made for */
    uint64_t lba;
    uint64_t bytes; /* of data; of what is erased */
    size_t offset;  /* in the request's data */
    bool waits;     /* to be started again */
};

struct block_queue_operations {
    /* Gives the part to the device, as far as this goes without telling it. EFI_NOT_READY: no room
     * now. */
    EFI_STATUS(*start)
    (struct block_queue *queue, struct block_part *part, const struct block_piece *pieces,
     unsigned count);

    /* Tells the device of what was started. */
    void (*kick)(struct block_queue *queue);

    /* The device was given up: makes it work again. */
    EFI_STATUS (*revive)(struct block_queue *queue);
};

/* The driver fills in what comes first, before block_queue_init(). */
struct block_queue {
    struct block_device *device;
    const struct block_queue_operations *operations;
    uint32_t part_max;       /* bytes of data in one part, a multiple of the block size */
    uint32_t pieces_max;     /* in one part, at most BLOCK_PIECES_MAX */
    uint32_t piece_size_max; /* bytes; pieces_max of these hold a block */
    uint64_t erase_max;      /* blocks in one part */
    uint32_t align;          /* of the place and size of a piece, a power of two */
    bool whole_pages;        /* between two pieces lies a page boundary (NVMe's PRP lists) */

    struct list waiting; /* struct block_request, not yet handed out as a whole */
    struct block_part *parts, *free_parts, *again;
    unsigned part_count;
    void *bounce; /* for what the device cannot reach in place; allocated when needed */
    struct block_part *bounced; /* who uses it */
    bool dead;                  /* given up, to be started at the next request */
    bool failing;
    unsigned strikes; /* times that it was given up, with no sign of life in between */
};

/* `parts` and their number are the driver's. */
void block_queue_init(struct block_queue *queue, struct block_part *parts, unsigned count);

/* Frees what the queue has allocated; nothing is in flight. `stuck`: the device may still write,
 * memory that it was told of is kept from further use. */
void block_queue_release(struct block_queue *queue, bool stuck);

/* As submit() of struct block_operations. A dead device is revived; after three times without an
 * answer only by block_queue_reset(). */
EFI_STATUS block_queue_submit(struct block_queue *queue, struct block_request *request) MUST_CHECK;

/* Starts what there is room for: when parts have completed. */
void block_queue_run(struct block_queue *queue);

/* A part that was started has ended; its request is completed when it was the last. */
void block_queue_complete(struct block_queue *queue, struct block_part *part, EFI_STATUS status);

/* A part that was started is to be started again by the next block_queue_run(). */
void block_queue_retry(struct block_queue *queue, struct block_part *part);

/* The device was reset and touches nothing any more: everything ends with `status`. */
void block_queue_fail(struct block_queue *queue, EFI_STATUS status);

/* As reset() of struct block_operations. */
EFI_STATUS block_queue_reset(struct block_queue *queue) MUST_CHECK;
