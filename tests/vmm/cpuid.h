/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <linux/kvm.h>

#include "vmm/machine.h"

#define CPUID_ENTRIES_MAX 256u
#define CPUID_ENTRIES_OWN 4u /* room that cpuid_prepare() needs behind KVM's entries */

/* What KVM supports becomes what Cloud Hypervisor shows, as dumped: KVM's signature, the TSC's
 * frequency, the width of addresses. */
void cpuid_prepare(const struct machine_options *options, uint32_t tsc_khz,
                   struct kvm_cpuid2 *cpuid);

/* The leaves that tell one processor from another. */
void cpuid_for_cpu(const struct machine_options *options, unsigned cpu, struct kvm_cpuid2 *cpuid);
