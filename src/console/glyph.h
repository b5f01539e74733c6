/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/types.h"

/* How many columns a terminal gives the character: 1 or 2, or 0 for one that cannot be shown
 * (control and format characters, combining marks, surrogates, private use). */
unsigned glyph_width(char16_t c);

/* Terminals disagree about the width of some characters. True when they do not, so that the
 * cursor's place after it is known. */
bool glyph_width_is_certain(char16_t c);
