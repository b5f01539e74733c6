/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Lists of ACPI QWORD address space descriptors, by which the PCI protocols tell resources (UEFI
 * 2.10 §14.2, §14.4; ACPI 6.5 §6.4.3.5.1). */

#define RESOURCE_MEMORY 0
#define RESOURCE_IO     1
#define RESOURCE_BUS    2

#define RESOURCE_PREFETCHABLE 0x06 /* specific flags of memory */

struct resource_descriptor {
    uint8_t tag;
    uint16_t length;
    uint8_t type;
    uint8_t general_flags;
    uint8_t specific_flags;
    uint64_t granularity; /* 32 or 64 for memory: the width of its addresses in bits */
    uint64_t minimum;
    uint64_t maximum;
    uint64_t translation;
    uint64_t size;
} __attribute__((packed));

struct resource_end {
    uint8_t tag;
    uint8_t checksum;
} __attribute__((packed));

_Static_assert(sizeof(struct resource_descriptor) == 46, "resource_descriptor");

static inline struct resource_descriptor resource_describe(uint8_t type, uint64_t base,
                                                           uint64_t size)
{
    return (struct resource_descriptor){
        .tag = 0x8a,
        .length = sizeof(struct resource_descriptor) - 3,
        .type = type,
        .minimum = base,
        .maximum = base + size - 1,
        .size = size,
    };
}

/* A checksum of 0 counts as right (§6.4.2.9). */
static inline struct resource_end resource_end(void)
{
    return (struct resource_end){.tag = 0x79};
}
