/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"

#define RAMDISK_NEVER UINT64_MAX

/* A disk in memory, with faults to order. Set the members after ramdisk_init(). */
struct ramdisk {
    struct block_device device;
    uint8_t *data; /* all blocks */
    bool owns_data;
    bool asynchronous;  /* requests complete in poll(), the latest first, and not from submit() */
    bool silent;        /* takes requests and never completes them, until abort() */
    bool dead;          /* after abort() */
    uint64_t error_lba; /* a request that touches this block fails */
    uint64_t writes_until_error; /* blocks that can still be written; what comes after is lost and
                                  * fails, as after a power cut */
    struct list pending;

    /* What was asked of it. */
    unsigned reads, writes, flushes, erases;
    uint64_t blocks_read, blocks_written;
};

/* All zeros; sparse until it is touched. */
void ramdisk_init(struct ramdisk *disk, uint32_t block_size, uint64_t block_count);

/* Over memory of the caller's; `size` is cut to whole blocks. */
void ramdisk_init_over(struct ramdisk *disk, uint32_t block_size, void *data, size_t size);

/* Over a copy of a file. False when there is none. */
bool ramdisk_load(struct ramdisk *disk, uint32_t block_size, const char *path);
bool ramdisk_save(const struct ramdisk *disk, const char *path);

void ramdisk_release(struct ramdisk *disk);
