/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"

size_t ucs2_length(const char16_t *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n] != 0)
        n++;
    return n;
}

size_t ucs2_size(const char16_t *s)
{
    return (ucs2_length(s, SIZE_MAX) + 1) * sizeof(char16_t);
}

bool ucs2_equal(const char16_t *a, const char16_t *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

char16_t ucs2_upper(char16_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 0x20;
    if (c >= 0xe0 && c <= 0xfe && c != 0xf7)
        return c - 0x20;
    if (c == 0xff)
        return 0x178;
    return c;
}

bool ucs2_equal_ignoring_case(const char16_t *a, const char16_t *b)
{
    while (*a != 0 && ucs2_upper(*a) == ucs2_upper(*b)) {
        a++;
        b++;
    }
    return ucs2_upper(*a) == ucs2_upper(*b);
}

void ucs2_from_ascii(char16_t *dst, size_t size, const char *src)
{
    size_t i = 0;
    for (; i + 1 < size && src[i] != '\0'; i++)
        dst[i] = (unsigned char)src[i];
    dst[i] = 0;
}

size_t utf8_encode(char16_t c, char out[3])
{
    if (c >= 0xd800 && c <= 0xdfff)
        c = 0xfffd;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | (c >> 6));
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | (c >> 12));
    out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

size_t utf8_from_ucs2(char *dst, size_t size, const char16_t *src)
{
    size_t n = 0;
    for (; *src != 0; src++) {
        char bytes[3];
        size_t length = utf8_encode(*src, bytes);
        if (n + length + 1 > size)
            break;
        for (size_t i = 0; i < length; i++)
            dst[n++] = bytes[i];
    }
    dst[n] = '\0';
    return n;
}
