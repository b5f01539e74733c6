/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>

#include "vmm/machine.h"

/* Intel MultiProcessor Specification 1.4 §4: a floating pointer, a header, an entry per processor
 * (the dump has one), and what follows them. The header's count of entries is 0 in the dump. */

#define POINTER_SIZE   16u
#define HEADER_SIZE    44u
#define PROCESSOR_SIZE 20u
#define BYTE_IDS       254u /* there is no table when the highest APIC id is this or more */
#define ONE_MIB        0x100000u

#define LENGTH           4u
#define CHECKSUM         7u
#define ADDRESS          4u /* of the pointer */
#define POINTER_CHECKSUM 10u

#define PROCESSOR_ID    1u
#define PROCESSOR_FLAGS 3u
#define ENABLED         1u

static void mend(uint8_t *bytes, unsigned size, unsigned checksum)
{
    uint8_t sum = 0;
    bytes[checksum] = 0;
    for (unsigned i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    bytes[checksum] = (uint8_t)-sum;
}

void write_mp_table(struct vm *vm, const uint8_t *dumped, uint32_t to)
{
    const uint8_t *header = dumped + POINTER_SIZE, *processor = header + HEADER_SIZE;
    unsigned extra = (vm->options->cpu_count - 1) * PROCESSOR_SIZE;
    uint16_t length;
    memcpy(&length, header + LENGTH, 2);
    uint32_t table = to + POINTER_SIZE, size = length + extra;
    if (highest_apic_id(vm->options) >= BYTE_IDS || table + size > ONE_MIB)
        return;
    uint8_t *pointer = vm_memory(vm, to, POINTER_SIZE + size), *out = pointer + POINTER_SIZE;
    memcpy(pointer, dumped, POINTER_SIZE);
    memcpy(pointer + ADDRESS, &table, 4);
    mend(pointer, POINTER_SIZE, POINTER_CHECKSUM);
    memcpy(out, header, HEADER_SIZE);
    for (unsigned i = 0; i < vm->options->cpu_count; i++) {
        uint8_t *entry = out + HEADER_SIZE + i * PROCESSOR_SIZE;
        memcpy(entry, processor, PROCESSOR_SIZE);
        entry[PROCESSOR_ID] = (uint8_t)apic_id(vm->options, i);
        if (i != 0)
            entry[PROCESSOR_FLAGS] = ENABLED;
    }
    memcpy(out + HEADER_SIZE + PROCESSOR_SIZE + extra, processor + PROCESSOR_SIZE,
           length - HEADER_SIZE - PROCESSOR_SIZE);
    length = (uint16_t)size;
    memcpy(out + LENGTH, &length, 2);
    mend(out, size, CHECKSUM);
}
