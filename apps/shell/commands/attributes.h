/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/simple_file_system.h"

/* Attributes of files as letters: archive, hidden, system, read-only, directory. */

/* All of `letters`; false when one is unknown. */
bool attributes_parse(const char16_t *letters, uint64_t *ret);

/* "DASHR" with a space for what is not set; `text` holds 6. */
const char *attributes_show(uint64_t attributes, char text[8]);

/* The letters of those that are set, lower case; `text` holds 6. */
const char *attributes_text(uint64_t attributes, char text[8]);
