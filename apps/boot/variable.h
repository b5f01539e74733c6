/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Global variables (UEFI 2.10 §3.3). */

/* The variable's content from the pool, or NULL. */
void *variable_read(struct boot *boot, const char16_t *name, size_t *ret_size);

/* Size 0 deletes. A failure is reported, not returned: no boot depends on it. */
void variable_set(struct boot *boot, const char16_t *name, uint32_t attributes, const void *data,
                  size_t size);

/* Seconds to wait for the user, from the variable Timeout; 0xFFFF is for ever. */
uint16_t variable_timeout(struct boot *boot);

/* What OsIndications asks for, EFI_OS_INDICATIONS_... bits; those that this boot manager knows are
 * cleared in the variable (§8.5.4). */
uint64_t variable_take_indications(struct boot *boot);

/* Sets those that tell the OS what this boot manager can do. */
void variables_announce(struct boot *boot);
