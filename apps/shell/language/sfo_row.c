/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/language/sfo_row.h"

bool sfo_row_column(const char16_t *row, uint64_t column, struct text *ret)
{
    bool quoted = false;
    uint64_t at = 1;
    for (; *row != 0; row++) {
        if (*row == '^' && (row[1] == '"' || row[1] == '^')) {
            row++;
        } else if (*row == '"') {
            quoted = !quoted;
            continue;
        } else if (*row == ',' && !quoted) {
            if (at++ == column)
                return true;
            continue;
        }
        if (at == column)
            text_put(ret, *row);
    }
    return at == column;
}
