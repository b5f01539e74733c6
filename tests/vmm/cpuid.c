/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/cpuid.h"

#include "vmm/kind.h"

#define LEAF_1_ECX_X2APIC     (1u << 21)
#define LEAF_1_ECX_HYPERVISOR (1u << 31)
#define LEAF_KVM_FEATURES     0x40000001u
#define KVM_CLOCKS            (1u << 0 | 1u << 3)
#define LEVEL_THREADS         1u
#define LEVEL_CORES           2u

static void set_leaf(struct kvm_cpuid2 *cpuid, uint32_t leaf, uint32_t eax, uint32_t ebx,
                     uint32_t ecx, uint32_t edx)
{
    for (uint32_t i = 0; i < cpuid->nent; i++) {
        if (cpuid->entries[i].function == leaf)
            cpuid->entries[i--] = cpuid->entries[--cpuid->nent];
    }
    cpuid->entries[cpuid->nent++] =
        (struct kvm_cpuid_entry2){.function = leaf, .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx};
}

void cpuid_prepare(const struct machine_options *options, uint32_t tsc_khz,
                   struct kvm_cpuid2 *cpuid)
{
    for (uint32_t i = 0; i < cpuid->nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
        if (entry->function == 1)
            entry->ecx |= LEAF_1_ECX_HYPERVISOR | LEAF_1_ECX_X2APIC;
        if (entry->function == 0x80000008)
            entry->eax = (entry->eax & ~0xffffu) | 0x3000 | options->physical_bits;
    }
    bool told = options->kind->has_tsc_leaf && !options->no_tsc_leaf;
    for (uint32_t i = 0; options->no_tsc_leaf && i < cpuid->nent; i++) {
        if (cpuid->entries[i].function == LEAF_KVM_FEATURES)
            cpuid->entries[i].eax &= ~KVM_CLOCKS;
    }
    set_leaf(cpuid, 0x40000000, told ? 0x40000010 : 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
    if (told)
        set_leaf(cpuid, 0x40000010, tsc_khz, 1000000, 0, 0);
}

static void set_topology_leaf(const struct machine_options *options, uint32_t id,
                              struct kvm_cpuid_entry2 *entry)
{
    unsigned threads = options->topology.threads == 0 ? 1 : options->topology.threads;
    entry->edx = id;
    entry->ecx = entry->index;
    entry->eax = entry->ebx = 0;
    if (entry->index == 0) {
        entry->ecx |= LEVEL_THREADS << 8;
        entry->eax = thread_bits(options);
        entry->ebx = threads;
    } else if (entry->index == 1) {
        entry->ecx |= LEVEL_CORES << 8;
        entry->eax = package_bits(options);
        entry->ebx = options->topology.threads == 0
                         ? options->cpu_count
                         : threads * options->topology.cores * options->topology.dies;
    }
}

/* APIC ids that a package has room for; the field has 8 bits. */
static uint32_t logical_count(const struct machine_options *options)
{
    unsigned bits = package_bits(options);
    return bits < 8 ? 1u << bits : 255;
}

void cpuid_for_cpu(const struct machine_options *options, unsigned cpu, struct kvm_cpuid2 *cpuid)
{
    uint32_t id = apic_id(options, cpu);
    for (uint32_t i = 0; i < cpuid->nent; i++) {
        struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
        if (entry->function == 1)
            entry->ebx = (entry->ebx & 0xffff) | logical_count(options) << 16 | id << 24;
        if (entry->function == 0x0b || entry->function == 0x1f)
            set_topology_leaf(options, id, entry);
    }
}
