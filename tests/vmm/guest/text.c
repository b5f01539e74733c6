/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/guest/text.h"

EFI_SYSTEM_TABLE *st;

void print(const char *text)
{
    char16_t wide[128];
    size_t length = 0;
    for (; text[length] != '\0' && length < 127; length++)
        wide[length] = (char16_t)text[length];
    wide[length] = 0;
    st->ConOut->OutputString(st->ConOut, wide);
}

void print_number(uint64_t value, unsigned digits)
{
    char text[17];
    unsigned length = 0;
    for (int shift = 60; shift >= 0; shift -= 4) {
        unsigned digit = value >> shift & 15;
        if (length > 0 || digit != 0 || shift < 4 * (int)digits)
            text[length++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    }
    text[length] = '\0';
    print(text);
}
