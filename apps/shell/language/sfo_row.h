/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "shell/text.h"

/* Appends a column of a row of standard-format output (UEFI Shell 2.2 appendix D), without its
 * quotes and with ^" as " and ^^ as ^. Column 1 is the name of the row. False when there is none.
 */
bool sfo_row_column(const char16_t *row, uint64_t column, struct text *ret);
