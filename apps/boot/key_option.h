/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/simple_text_in_ex.h"

/* EFI_KEY_OPTION (UEFI 2.10 §3.1.6), the content of a Key#### variable. */
#define KEY_OPTION_REVISION    0x000000ffu
#define KEY_OPTION_SHIFT       0x00000100u
#define KEY_OPTION_CONTROL     0x00000200u
#define KEY_OPTION_ALT         0x00000400u
#define KEY_OPTION_LOGO        0x00000800u
#define KEY_OPTION_MENU        0x00001000u
#define KEY_OPTION_SYS_REQ     0x00002000u
#define KEY_OPTION_COUNT_SHIFT 30 /* of the number of keys, in the two highest bits */
#define KEY_OPTION_COUNT_MAX   3u

struct key_option {
    uint32_t data; /* KEY_OPTION_... */
    uint32_t crc;  /* of the whole Boot#### variable */
    uint16_t boot_option;
    unsigned count; /* of keys, up to KEY_OPTION_COUNT_MAX; 0: modifiers alone */
    EFI_INPUT_KEY keys[KEY_OPTION_COUNT_MAX];
};

/* The content is what anybody may have written: false when it is not well formed. */
bool key_option_parse(const void *data, size_t size, struct key_option *ret);

/* Is that press the option's key of that index (below `count`), with the option's modifiers? */
bool key_option_matches(const struct key_option *option, unsigned index, const EFI_KEY_DATA *press);
