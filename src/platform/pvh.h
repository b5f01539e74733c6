/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/memory_map.h"

/* hvm_start_info, as far as it can be believed. */
struct pvh {
    uint64_t rsdp;            /* 0: not told */
    const char *command_line; /* a copy of bounded length, never NULL */
    uint64_t module, module_size;
};

/* Reads the structure at `start_info` and adds its memory map to `map`. EFI_VOLUME_CORRUPTED, with
 * a line in the log, when there is no map that could be used. */
EFI_STATUS pvh_read(uint64_t start_info, struct memory_map *map, struct pvh *ret) MUST_CHECK;
