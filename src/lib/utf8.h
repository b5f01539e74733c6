/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/types.h"

/* UTF-8 a byte at a time. Zero-initialised is the start state. */
struct utf8_decoder {
    uint32_t value;
    uint32_t least; /* smallest value that needs this length: shorter ones are overlong */
    uint8_t left;   /* continuation bytes still to come */
};

#define UTF8_REPLACEMENT ((char16_t)0xfffd)

/* Takes one byte. True when a character is complete: `*ret`, U+FFFD for one outside the basic
 * plane, which UCS-2 cannot hold. Malformed bytes vanish; a byte that cuts a sequence short is
 * taken as the start of the next one. */
bool utf8_decode(struct utf8_decoder *decoder, uint8_t byte, char16_t *ret);
