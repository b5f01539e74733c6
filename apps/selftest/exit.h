/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "selftest/test.h"

/* The memory map that ExitBootServices was called with. */
struct final_map {
    uint8_t *bytes;
    size_t size, step;
    uint32_t version;
};
extern struct final_map final_map;

#define FOR_EACH_DESCRIPTOR(d, map)                                                                \
    for (EFI_MEMORY_DESCRIPTOR *d = (void *)(map)->bytes;                                          \
         (uint8_t *)d < (map)->bytes + (map)->size; d = (void *)((uint8_t *)d + (map)->step))

/* Calls ExitBootServices, once with an old key and then as a loader does. False: it did not work.
 * What was seen meanwhile is looked at by the tests of the topic "exit". */
bool exit_boot_services(void);
