/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"
#include "boot/hotkey.h"
#include "boot/start.h"
#include "lib/load_option.h"

/* Boots the option that BootNext names, if any, and deletes the variable first (UEFI 2.10 §3.1.2).
 */
void boot_next(struct boot *boot);

/* Boots the active options of BootOrder in turn. */
void boot_order(struct boot *boot);

/* Boots what the hot key names, of category boot or application, when it is active and still what
 * it was when the key was made. Else the user reads why not. */
void boot_hotkey(struct boot *boot, const struct hotkey *key);

/* Reads the variable `kind`####, "Boot0001": `*ret` points into the result, which is pool memory
 * and the caller's. NULL: there is none that is well formed, which was reported. */
void *option_read(struct boot *boot, const char *kind, uint16_t number, struct load_option *ret);

typedef EFI_STATUS (*option_starter)(struct boot *boot, const struct boot_image *image,
                                     bool *ret_started);

/* Finds what the option names, an image of that type, and starts it with `start`. When that fails,
 * somebody says why. */
void option_start(struct boot *boot, const struct load_option *option, const char *name,
                  enum boot_image_type type, option_starter start);
