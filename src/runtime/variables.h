/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/runtime_services.h"
#include "lib/macros.h"
#include "variable/store.h"

/* The two stores behind the variable services, and what the runtime keeps in them for itself. */

/* Limits of one variable's name (with NUL) and data together, in bytes. */
#define LASTING_VARIABLE_MAX  (32u * 1024)
#define VOLATILE_VARIABLE_MAX (64u * 1024)

#define VARIABLE_ATTRIBUTES_KNOWN 0xffu
#define VARIABLE_ATTRIBUTES_AUTHENTICATED                                                          \
    (EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS |                                                     \
     EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS |                                          \
     EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS)

EFI_STATUS variables_init(void) MUST_CHECK;

/* Takes volatile variables without runtime access out, contents too; the others without it are no
 * longer seen. */
void variables_exit_boot_services(void);

/* The store and the limit for variables of these attributes. */
struct store *variables_store(uint32_t attributes);
uint32_t variables_limit(uint32_t attributes);

/* Finds a variable in either store, visible or not. EFI_NOT_FOUND. */
EFI_STATUS variables_find(const char16_t *name, const EFI_GUID *guid, struct store **ret_store,
                          struct store_variable *ret) MUST_CHECK;

bool variables_is_visible(const struct store_variable *variable);

/* EFI_INVALID_PARAMETER or EFI_UNSUPPORTED for attributes that no variable of ours can have
 * (UEFI 2.10 §8.2). */
EFI_STATUS variables_check_attributes(uint32_t attributes) MUST_CHECK;

/* Lasting variables of the runtime's own, which only boot-time software can see. They hold exactly
 * `size` bytes. */
EFI_STATUS variables_read(const char16_t *name, void *data, size_t size) MUST_CHECK;
EFI_STATUS variables_write(const char16_t *name, const void *data, size_t size) MUST_CHECK;
