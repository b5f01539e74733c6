/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"
#include "boot/key_option.h"

#define HOTKEYS_MAX 32u

/* Keys that start a boot option (UEFI 2.10 §3.1.6). */
struct hotkeys {
    size_t count;
    struct hotkey {
        uint16_t number;  /* of the variable Key#### */
        unsigned pressed; /* how many of its keys have been pressed, one after the other */
        struct key_option option;
    } keys[HOTKEYS_MAX];
};

/* Reads all Key#### variables. Malformed ones are reported, as are those above HOTKEYS_MAX; those
 * of modifiers alone are left out, as a terminal does not send them. */
void hotkeys_read(struct boot *boot, struct hotkeys *ret);

/* Takes a key press; returns the hot key whose last key it is, or NULL. */
const struct hotkey *hotkeys_press(struct hotkeys *hotkeys, const EFI_KEY_DATA *press);
