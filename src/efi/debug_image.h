/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/debug_image_info.h"
#include "efi/image.h"
#include "lib/macros.h"

/* The debug image info table (UEFI 2.10 §18.4): every loaded image, for debuggers outside the
 * machine. */

EFI_STATUS debug_image_add(struct image *image) MUST_CHECK;

/* Harmless for an image that is not in the table. */
void debug_image_remove(struct image *image);

/* To be installed under EFI_DEBUG_IMAGE_INFO_TABLE_GUID; it never moves. */
EFI_DEBUG_IMAGE_INFO_TABLE_HEADER *debug_image_table(void);
