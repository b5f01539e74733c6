/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Where a processor sits: fields of its local APIC id, whose widths CPUID tells (Intel SDM vol. 3
 * §9.9.3: leaves 0x1F and 0xB, older processors leaves 1 and 4; AMD APM vol. 3 §E.5: leaf
 * 0x80000008). They are the same on all processors of a machine. */
enum topology_level {
    TOPOLOGY_THREAD,
    TOPOLOGY_CORE,
    TOPOLOGY_MODULE,
    TOPOLOGY_TILE,
    TOPOLOGY_DIE,
    TOPOLOGY_PACKAGE,
    TOPOLOGY_LEVELS,
};

struct topology {
    /* The lowest bit of each level's number in an APIC id, rising. A level that the machine does
     * not have has no bits: it begins where the next one does. The package has all that is left. */
    uint8_t shift[TOPOLOGY_LEVELS];
};

/* Asks the processor that runs this. */
struct topology topology_read(void);

/* The number of the level's unit inside of the unit of the level above. */
uint32_t topology_number(const struct topology *topology, enum topology_level level, uint32_t id);

/* The number of the core inside of its package, however many levels are between. */
uint32_t topology_core_in_package(const struct topology *topology, uint32_t id);
