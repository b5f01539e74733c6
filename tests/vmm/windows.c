/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/machine.h"

#define MIB              (1ull << 20)
#define GRANULE32        4096ull
#define GRANULE64        (4ull << 30)
#define TOP_NOT_USED     (64ull << 10) /* of the address space */
#define PLATFORM_DEVICES MIB           /* below that */

/* An equal share of a window; the last segment also gets what is left over. */
static struct span share(const struct vm *vm, unsigned segment, struct span all, uint64_t granule)
{
    unsigned count = vm->options->segment_count;
    uint64_t size = (all.end - all.base) / (granule * count) * granule;
    uint64_t base = all.base + segment * size;
    return (struct span){base, segment + 1 == count ? all.end : base + size};
}

struct span window32(const struct vm *vm, unsigned segment)
{
    return share(vm, segment, (struct span){LOW_RAM_END, ECAM}, GRANULE32);
}

struct span window64(const struct vm *vm, unsigned segment)
{
    uint64_t top = (1ull << vm->options->physical_bits) - TOP_NOT_USED - PLATFORM_DEVICES;
    return share(vm, segment, (struct span){HIGH_RAM + vm->high_size, top}, GRANULE64);
}
