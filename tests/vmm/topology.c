/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/machine.h"

/* Bits that a number from 0 to count - 1 takes. */
static unsigned bits_for(unsigned count)
{
    unsigned bits = 0;
    while (1u << bits < count)
        bits++;
    return bits;
}

unsigned thread_bits(const struct machine_options *options)
{
    return options->topology.threads == 0 ? 0 : bits_for(options->topology.threads);
}

unsigned package_bits(const struct machine_options *options)
{
    if (options->topology.threads == 0)
        return bits_for(options->cpu_count);
    return thread_bits(options) + bits_for(options->topology.cores) +
           bits_for(options->topology.dies);
}

uint32_t apic_id(const struct machine_options *options, unsigned cpu)
{
    unsigned threads = options->topology.threads, cores = options->topology.cores;
    unsigned dies = options->topology.dies;
    if (threads == 0)
        return cpu;
    unsigned thread = cpu % threads, core = cpu / threads % cores;
    unsigned die = cpu / (threads * cores) % dies, package = cpu / (threads * cores * dies);
    return thread | core << thread_bits(options) | die << (thread_bits(options) + bits_for(cores)) |
           package << package_bits(options);
}

uint32_t highest_apic_id(const struct machine_options *options)
{
    return apic_id(options, options->cpu_count - 1);
}
