/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* UEFI variables (UEFI 2.10 §8.2). */

struct variable {
    void *data; /* for shell_free() */
    size_t size;
    uint32_t attributes;
};

/* Errors of GetVariable, EFI_OUT_OF_RESOURCES. */
EFI_STATUS variable_read(const char16_t *name, const EFI_GUID *vendor,
                         struct variable *ret) MUST_CHECK;

/* Calls `visit` for each variable until it returns an error, which is the result. It may delete
 * variables: names are collected first. */
EFI_STATUS variables_each(EFI_STATUS (*visit)(const char16_t *name, const EFI_GUID *vendor,
                                              void *context),
                          void *context) MUST_CHECK;
