/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "lib/option_rom.h"

struct pci_function;

/* Copies the function's expansion ROM, cut off behind its last image. The caller frees it with
 * pool_free(). EFI_NOT_FOUND: there is none, or nothing in it. */
EFI_STATUS pci_read_option_rom(struct pci_function *function, void **ret,
                               size_t *ret_size) MUST_CHECK;
