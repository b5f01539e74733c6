/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "platform/machine.h"

/* Who runs us: by the OEM id of the ACPI tables (6 characters), else by the hypervisor's name in
 * CPUID, which several VMMs on KVM share. */
enum vmm vmm_identify(const char oem_id[6]);

const char *vmm_name_of(enum vmm vmm);
