/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/paging.h"
#include "efi/pe.h"

/* Page protections of images and of the memory that they allocate (DESIGN decision 10), by the
 * host's `cloudhv.nx`: compat       (default) images get what their sections ask for, old loaders
 * may execute their heap strict       images must be NX_COMPAT and keep code and data on different
 * pages, or are refused no-protocol  as compat, and EFI_MEMORY_ATTRIBUTE_PROTOCOL is not offered,
 * for loaders that misuse it */

/* What newly allocated loader and code memory is: read, write and execute when the image that is
 * running predates NX_COMPAT, else read and write. */
enum page_access image_allocation_access(void);

/* Is EFI_MEMORY_ATTRIBUTE_PROTOCOL to be installed? */
bool image_memory_protocol_offered(void);

/* EFI_UNSUPPORTED when the policy forbids this image. */
EFI_STATUS image_memory_check(const struct pe_image *image, const char **ret_problem) MUST_CHECK;

/* Protects an image that was placed and relocated at `base`: headers read-only, sections as they
 * say. Where sections share pages, or one is to be written and executed, the memory is RWX, with
 * one log line. EFI_OUT_OF_RESOURCES: no page table. */
EFI_STATUS image_memory_protect(const struct pe_image *image, uint64_t base,
                                const char *name) MUST_CHECK;
