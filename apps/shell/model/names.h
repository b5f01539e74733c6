/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"
#include "shell/text.h"

/* Names of drivers and controllers for people (UEFI 2.10 §11.5). All are appended. `language` is
 * an RFC 4646 code; NULL: what the driver offers first. */

/* What the driver calls itself, else the file of its image, else nothing: false. */
bool append_driver_name(struct text *ret, EFI_HANDLE driver, const char *language);

/* What a driver that manages it calls it, or one that made it on its parent; else its device path's text, else nothing: false. */
bool append_controller_name(struct text *ret, EFI_HANDLE controller, const char *language);

/* The device path that the handle has, as text; false: none. */
bool append_path(struct text *ret, EFI_HANDLE handle);

/* Where the image of a handle (a driver's, or an image's own) was loaded from; false: nobody says.
 */
bool append_image_file(struct text *ret, EFI_HANDLE handle);

/* An -l option's value, cut to `size`; NULL stays NULL. */
const char *language_option(const char16_t *value, char *buffer, size_t size);
