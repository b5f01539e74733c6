/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdlib.h>

#include "core/block.h"
#include "drivers/driver.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"

/* A user of disks that reads, writes, gives up and starts again as the fuzzer's input says. */

#define FUZZ_DISK_REQUESTS 8u
#define FUZZ_DISK_SEGMENTS 2u

struct fuzz_disk_slot {
    struct block_request request;
    struct block_segment segments[FUZZ_DISK_SEGMENTS];
    void *memory[FUZZ_DISK_SEGMENTS];
    bool busy;
};

static struct fuzz_disk_slot fuzz_disk_slots[FUZZ_DISK_REQUESTS];

static inline void fuzz_disk_completed(struct block_request *request, EFI_STATUS status)
{
    struct fuzz_disk_slot *slot = request->context;
    if (!slot->busy)
        abort(); /* twice */
    slot->busy = false;
    for (unsigned i = 0; i < FUZZ_DISK_SEGMENTS; i++) {
        hostile_hide(slot->segments[i].base);
        free(slot->memory[i]);
    }
}

/* Buffers end where their memory ends, so that ASan sees a byte too many; they begin anywhere. */
static inline void fuzz_disk_submit(struct fuzz_bytes *input, struct block_device *block,
                                    unsigned operation, struct fuzz_disk_slot *slot)
{
    if (slot->busy)
        return;
    for (unsigned i = 0; i < FUZZ_DISK_SEGMENTS; i++) {
        size_t size = fuzz_take(input, 2) % 12288;
        size_t offset = size % 4;
        if (i == 0)
            size &= ~(size_t)511;
        else if (size % 2 == 0)
            size = 0;
        else
            size = (12288 - slot->segments[0].size) & ~(size_t)511;
        slot->memory[i] = calloc(1, offset + size + 1);
        slot->segments[i].size = size;
        slot->segments[i].base = (char *)slot->memory[i] + offset + 1;
        if (offset == 3 && size >= 512) {
            /* As block_read() would have it: on a boundary of its own. */
            free(slot->memory[i]);
            slot->memory[i] = aligned_alloc(4096, 12288);
            slot->segments[i].base = (char *)slot->memory[i] + 12288 - size;
        }
        hostile_show(slot->segments[i].base, size);
    }
    slot->request = (struct block_request){
        .operation = (enum block_operation)(operation % 4),
        .lba = fuzz_take(input, 1),
        .block_count = fuzz_take(input, 1),
        .segments = slot->segments,
        .segment_count = FUZZ_DISK_SEGMENTS,
        .complete = fuzz_disk_completed,
        .context = slot,
    };
    slot->busy = true;
    EFI_STATUS status = block->operations->submit(block, &slot->request);
    if (EFI_ERROR(status))
        fuzz_disk_completed(&slot->request, status);
}

static inline void fuzz_disk_special(struct block_device *block, unsigned what)
{
    if (what > 0xf0)
        block->operations->abort(block, EFI_TIMEOUT);
    else if (what > 0xd0 && block->operations->reset != NULL)
        (void)!block->operations->reset(block);
    else if (what > 0xa0 && block->operations->check_medium != NULL)
        block->operations->check_medium(block);
    else
        (void)block_serial(block);
}

static inline struct block_device *fuzz_disk_pick(struct device_instance *instance, unsigned n)
{
    unsigned count = 0;
    LIST_FOR_EACH(node, &instance->interfaces)
    {
        count++;
    }
    if (count == 0)
        return NULL;
    n %= count;
    LIST_FOR_EACH(node, &instance->interfaces)
    {
        if (n-- == 0)
            return LIST_ENTRY(node, struct device_interface, link)->disk;
    }
    return NULL;
}

/* Uses the disks of a started device and stops it. `release` lets the model answer what it holds;
 * its argument is any number. */
static inline void fuzz_disk_use(struct fuzz_bytes *input, const struct pci_driver *driver,
                                 struct device_instance *instance, void (*release)(unsigned what))
{
    for (unsigned step = 0; step < 64 && input->size > 0; step++) {
        unsigned what = (unsigned)fuzz_take(input, 1);
        struct block_device *block = fuzz_disk_pick(instance, what >> 3);
        if (block == NULL)
            break;
        switch (what % 8) {
        case 5:
            release(what);
            break;
        case 6:
            block->operations->poll(block);
            break;
        case 7:
            fuzz_disk_special(block, what);
            break;
        default:
            fuzz_disk_submit(input, block, what % 8,
                             &fuzz_disk_slots[what / 8 % FUZZ_DISK_REQUESTS]);
            break;
        }
    }
    release(0);
    struct block_device *block = fuzz_disk_pick(instance, 0);
    if (block != NULL)
        block->operations->poll(block);
    bool idle = true;
    for (unsigned i = 0; i < FUZZ_DISK_REQUESTS; i++)
        idle = idle && !fuzz_disk_slots[i].busy;
    if (idle && fuzz_take(input, 1) % 4 == 1)
        driver->quiesce(instance);
    driver->stop(instance);
    for (unsigned i = 0; i < FUZZ_DISK_REQUESTS; i++) {
        if (fuzz_disk_slots[i].busy)
            abort(); /* never completed */
    }
}
