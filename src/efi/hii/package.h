/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/hii.h"
#include "efi/status.h"
#include "lib/macros.h"
#include "lib/reader.h"

/* Package lists as bytes (UEFI 2.10 §33.3). They come from images and are hostile. */

/* Reads the header of a list that lies in memory of its caller's, who is trusted only for the
 * length that the list has by its own account; `*ret` is a window on the packages. */
EFI_STATUS hii_package_list_open(const EFI_HII_PACKAGE_LIST_HEADER *list,
                                 struct reader *ret) MUST_CHECK;

/* A list in `size` bytes: is it one, and whole? */
bool hii_package_list_fits(const void *data, size_t size);

/* Takes the next package, with its header. EFI_NOT_FOUND at the end; EFI_INVALID_PARAMETER when a
 * length is wrong. */
EFI_STATUS hii_package_take(struct reader *packages, struct reader *ret) MUST_CHECK;

/* Is a package what its type demands, so that the other parsers can do with it? */
bool hii_package_check(const struct reader *package);

/* Keyboard packages (§33.3.10): takes the next layout. False at the end, or when it is malformed.
 */
bool hii_keyboard_layout_take(struct reader *layouts, const EFI_HII_KEYBOARD_LAYOUT **ret);
/* A window on the layouts of a sound keyboard package. */
struct reader hii_keyboard_layouts(const void *package, size_t size);
