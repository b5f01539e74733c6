/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/topology.h"

#include <stdbool.h>

#include "arch/cpu.h"
#include "lib/macros.h"

#define LEAF_CORES         4u
#define LEAF_TOPOLOGY      0xbu
#define LEAF_TOPOLOGY_V2   0x1fu
#define LEAF_EXTENDED_MAX  0x80000000u
#define LEAF_ADDRESS_SIZES 0x80000008u
#define CPUID_1_EDX_HTT    (1u << 28)
#define SUBLEAVES_MAX      8u
#define ID_BITS            32u

/* Number of bits that tell `count` things apart. */
static unsigned bits_for(uint32_t count)
{
    return count <= 1 ? 0 : ID_BITS - (unsigned)__builtin_clz(count - 1);
}

/* Level types of leaves 0xB and 0x1F: 1 thread, 2 core, 3 module, 4 tile, 5 die. Those above (die
 * groups) are part of the package's number here. */
static bool read_levels(uint32_t leaf, struct topology *ret)
{
    unsigned width[TOPOLOGY_PACKAGE] = {0}, below = 0;
    bool seen = false;
    for (uint32_t i = 0; i < SUBLEAVES_MAX; i++) {
        struct cpuid found = cpu_cpuid(leaf, i);
        unsigned type = found.ecx >> 8 & 0xff, end = found.eax & 31;
        if (type == 0 || type > TOPOLOGY_PACKAGE || end < below)
            break;
        width[type - 1] += end - below;
        below = end;
        seen = true;
    }
    unsigned shift = 0;
    for (unsigned level = TOPOLOGY_THREAD; level < TOPOLOGY_PACKAGE; level++) {
        ret->shift[level] = (uint8_t)shift;
        shift += width[level];
    }
    ret->shift[TOPOLOGY_PACKAGE] = (uint8_t)shift;
    return seen;
}

static void read_old_leaves(uint32_t max, struct topology *ret)
{
    struct cpuid first = cpu_cpuid(1, 0);
    uint32_t threads = 1, cores = 1;
    if ((first.edx & CPUID_1_EDX_HTT) != 0)
        threads = MAX(first.ebx >> 16 & 0xff, 1u);
    if (cpu_cpuid(LEAF_EXTENDED_MAX, 0).eax >= LEAF_ADDRESS_SIZES)
        cores = (cpu_cpuid(LEAF_ADDRESS_SIZES, 0).ecx & 0xff) + 1;
    if (max >= LEAF_CORES)
        cores = MAX(cores, (cpu_cpuid(LEAF_CORES, 0).eax >> 26) + 1);

    unsigned package = bits_for(threads), core = MIN(bits_for(cores), package);
    ret->shift[TOPOLOGY_THREAD] = 0;
    ret->shift[TOPOLOGY_CORE] = (uint8_t)(package - core);
    for (unsigned level = TOPOLOGY_MODULE; level <= TOPOLOGY_PACKAGE; level++)
        ret->shift[level] = (uint8_t)package;
}

struct topology topology_read(void)
{
    struct topology found = {0};
    uint32_t max = cpu_cpuid(0, 0).eax;
    if ((max < LEAF_TOPOLOGY_V2 || !read_levels(LEAF_TOPOLOGY_V2, &found)) &&
        (max < LEAF_TOPOLOGY || !read_levels(LEAF_TOPOLOGY, &found)))
        read_old_leaves(max, &found);
    return found;
}

/* Bits [low, high) of `id`. */
static uint32_t field(uint32_t id, unsigned low, unsigned high)
{
    uint64_t mask = (1ull << (high - low)) - 1;
    return (uint32_t)((uint64_t)id >> low & mask);
}

uint32_t topology_number(const struct topology *topology, enum topology_level level, uint32_t id)
{
    unsigned end = level == TOPOLOGY_PACKAGE ? ID_BITS : topology->shift[level + 1];
    return field(id, topology->shift[level], end);
}

uint32_t topology_core_in_package(const struct topology *topology, uint32_t id)
{
    return field(id, topology->shift[TOPOLOGY_CORE], topology->shift[TOPOLOGY_PACKAGE]);
}
