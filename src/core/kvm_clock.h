/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* The TSC's ticks per second as KVM's paravirtual clock tells them, or 0 where there is no such
 * clock. Firecracker has no other word for it. The processor must say that it is a guest's (CPUID
 * 1). The clock is off again afterwards. Source: Linux, Documentation/virt/kvm/x86/cpuid.rst and
 * msr.rst (MSR_KVM_SYSTEM_TIME_NEW). */
uint64_t kvm_clock_frequency(void);
