/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/vmm.h"

#include "arch/cpu.h"
#include "lib/memory.h"

#define CPUID_FEATURES           1u
#define CPUID_FEATURES_ECX_GUEST (1u << 31)
#define CPUID_HYPERVISOR         0x40000000u
#define CPUID_HYPERVISOR_EBX_TCG 0x54474354u /* "TCGTCGTCGTCG" */

static const struct {
    enum vmm vmm;
    const char *name;
    char oem_id[7];
} vmms[] = {
    {VMM_CLOUD_HYPERVISOR, "Cloud Hypervisor", "CLOUDH"},
    {VMM_QEMU, "QEMU", "BOCHS "},
    {VMM_FIRECRACKER, "Firecracker", "FIRECK"},
};

enum vmm vmm_identify(const char oem_id[6])
{
    for (size_t i = 0; i < ARRAY_SIZE(vmms); i++) {
        if (memcmp(vmms[i].oem_id, oem_id, 6) == 0)
            return vmms[i].vmm;
    }
    if ((cpu_cpuid(CPUID_FEATURES, 0).ecx & CPUID_FEATURES_ECX_GUEST) != 0 &&
        cpu_cpuid(CPUID_HYPERVISOR, 0).ebx == CPUID_HYPERVISOR_EBX_TCG)
        return VMM_QEMU;
    return VMM_UNKNOWN;
}

const char *vmm_name_of(enum vmm vmm)
{
    for (size_t i = 0; i < ARRAY_SIZE(vmms); i++) {
        if (vmms[i].vmm == vmm)
            return vmms[i].name;
    }
    return "unknown VMM";
}
