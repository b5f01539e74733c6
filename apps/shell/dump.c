/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/dump.h"

#include "lib/macros.h"
#include "lib/printf.h"
#include "shell/print.h"
#include "shell/shell.h"

#define ROW 16

void dump_bytes(uint64_t address, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t at = 0; at < size && !shell_interrupted(); at += ROW) {
        char hex[3 * ROW + 2] = "", text[ROW + 1];
        size_t length = MIN(size - at, (size_t)ROW), used = 0;
        for (size_t n = 0; n < length; n++) {
            uint8_t byte = bytes[at + n];
            used += format_text(hex + used, sizeof hex - used, "%s%02X", n == 8 ? "-" : " ", byte);
            text[n] = (char)(byte >= 0x20 && byte < 0x7f ? byte : '.');
        }
        text[length] = '\0';
        print("  %08llX:%-*s  *%s*\n", (unsigned long long)(address + at), 3 * ROW, hex, text);
    }
}
