/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"

/* A disk of 512-byte blocks in memory: requests are finished when they are submitted. */
struct memory_disk {
    struct block_device device;
    uint8_t *memory;
};

/* `size` is cut to whole blocks, of which there is one at least. */
void memory_disk_init(struct memory_disk *disk, void *memory, uint64_t size, bool read_only,
                      const char *name);
