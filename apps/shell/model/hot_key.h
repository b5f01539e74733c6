/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/simple_text_in.h"

/* EFI_KEY_OPTION (UEFI 2.10 §3.1.6) as it stands in Key####: keys that boot an option. */
#define HOT_KEY_MOST        3u
#define HOT_KEY_REVISION    0x000000ffu /* of `data`: must be 0 */
#define HOT_KEY_COUNT_SHIFT 30          /* of `data`: the number of keys */

struct hot_key {
    uint32_t data;
    uint32_t crc; /* of the whole Boot#### */
    uint16_t option;
    EFI_INPUT_KEY keys[HOT_KEY_MOST];
};

/* Reads what follows -opt # (UEFI Shell 2.2 §5.3, bcfg): the packed data, then scan code and
 * character of each key that it counts; decimal or 0x…. False: it is not that. */
bool hot_key_parse(char16_t *const *words, size_t count, struct hot_key *ret);

/* Bytes of the variable, which begins where the structure begins. */
size_t hot_key_size(const struct hot_key *key);

/* Has a variable the same keys? */
bool hot_key_is(const struct hot_key *key, const void *data, size_t size);
