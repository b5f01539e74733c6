/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/memory_attribute.h"

/* EFI_MEMORY_ATTRIBUTE_PROTOCOL (UEFI 2.10 §37.7) over the page tables. Has no state; installed on
 * a handle of its own unless image_memory_protocol_offered() says no.
 *
 * A page table entry of a read-protected page keeps nothing else: such a page reports EFI_MEMORY_RP
 * alone, and has EFI_MEMORY_XP, and no other attribute, when its read protection is cleared. */
extern EFI_MEMORY_ATTRIBUTE_PROTOCOL memory_attribute_protocol;
