/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* Which processors the machine has, by the MADT (ACPI 6.5 §5.2.12.2 and §5.2.12.12). */

/* More than any VMM has: Cloud Hypervisor ends at 8192. */
#define PROCESSORS_MAX 8192

/* The local APIC ids of all processors that are there, ascending, each once, that of the boot
 * processor `boot_id` among them in any case. Entries that are not enabled, broadcast ids, what is
 * listed twice and what comes after PROCESSORS_MAX is left out, the latter two with one line in the
 * log. The list is pool memory and the caller's. */
EFI_STATUS processor_list(const struct machine *machine, uint32_t boot_id, uint32_t **ret_ids,
                          size_t *ret_count) MUST_CHECK;

/* The place of `id` in an ascending list, or of the first that is greater. */
size_t processor_list_find(const uint32_t *ids, size_t count, uint32_t id);
