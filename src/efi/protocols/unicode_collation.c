/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/unicode_collation.h"

#include "lib/macros.h"
#include "lib/ucs2.h"

static char16_t lower(char16_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c + 0x20;
    if (c >= 0xc0 && c <= 0xde && c != 0xd7)
        return c + 0x20;
    return c == 0x178 ? 0xff : c;
}

static ptrdiff_t EFIAPI compare(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str1,
                                char16_t *Str2)
{
    while (*Str1 != 0 && ucs2_upper(*Str1) == ucs2_upper(*Str2)) {
        Str1++;
        Str2++;
    }
    return (ptrdiff_t)ucs2_upper(*Str1) - (ptrdiff_t)ucs2_upper(*Str2);
}

/* Matches `c` against the set "[…]" at `*pattern` and passes over it: single characters and ranges.
 * A set without its end matches nothing and ends the pattern. */
static bool match_set(const char16_t **pattern, char16_t c)
{
    const char16_t *p = *pattern + 1;
    bool matches = false;
    c = ucs2_upper(c);
    while (*p != 0 && *p != ']') {
        char16_t low = ucs2_upper(p[0]), high = low;
        if (p[1] == '-' && p[2] != 0 && p[2] != ']') {
            high = ucs2_upper(p[2]);
            p += 2;
        }
        matches |= c >= low && c <= high;
        p++;
    }
    bool closed = *p == ']';
    *pattern = p + closed;
    return matches && closed;
}

/* One character against the pattern's next element, which is passed over. `c` is not NUL. */
static bool match_one(const char16_t **pattern, char16_t c)
{
    if (**pattern == '[')
        return match_set(pattern, c);
    bool matches = **pattern == '?' || (**pattern != 0 && ucs2_upper(**pattern) == ucs2_upper(c));
    if (**pattern != 0)
        (*pattern)++;
    return matches;
}

/* When an element does not match, the latest '*' takes one character more; an earlier one never
 * needs to. So the time is at most the product of the lengths. */
static bool EFIAPI match(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *String, char16_t *Pattern)
{
    const char16_t *s = String, *p = Pattern;
    const char16_t *star = NULL, *star_string = NULL;
    while (*s != 0) {
        if (*p == '*') {
            star = ++p;
            star_string = s;
        } else if (match_one(&p, *s)) {
            s++;
        } else if (star != NULL) {
            p = star;
            s = ++star_string;
        } else {
            return false;
        }
    }
    while (*p == '*')
        p++;
    return *p == 0;
}

static void EFIAPI to_lower(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str)
{
    for (; *Str != 0; Str++)
        *Str = lower(*Str);
}

static void EFIAPI to_upper(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *Str)
{
    for (; *Str != 0; Str++)
        *Str = ucs2_upper(*Str);
}

static void EFIAPI from_fat(EFI_UNICODE_COLLATION_PROTOCOL *This, size_t FatSize, char *Fat,
                            char16_t *String)
{
    size_t i = 0;
    for (; i < FatSize && Fat[i] != '\0'; i++)
        String[i] = (unsigned char)Fat[i];
    String[i] = 0;
}

/* Letters, digits and these may stand in an 8.3 name (FAT specification §6.1). */
static bool is_fat_character(char16_t c)
{
    static const char others[] = "$%'-_@~`!(){}^#&";
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    for (size_t i = 0; i < sizeof others - 1; i++) {
        if (c == (unsigned char)others[i])
            return true;
    }
    return false;
}

/* True when a character was replaced by '_'. Blanks and dots are left out. */
static bool EFIAPI to_fat(EFI_UNICODE_COLLATION_PROTOCOL *This, char16_t *String, size_t FatSize,
                          char *Fat)
{
    bool replaced = false;
    for (; *String != 0 && FatSize > 0; String++) {
        if (*String == ' ' || *String == '.')
            continue;
        char16_t c = ucs2_upper(*String);
        bool allowed = is_fat_character(c);
        replaced |= !allowed;
        *Fat++ = allowed ? (char)c : '_';
        FatSize--;
    }
    if (FatSize > 0)
        *Fat = '\0';
    return replaced;
}

EFI_UNICODE_COLLATION_PROTOCOL unicode_collation_protocol = {
    compare, match, to_lower, to_upper, from_fat, to_fat, "eng",
};

EFI_UNICODE_COLLATION_PROTOCOL unicode_collation2_protocol = {
    compare, match, to_lower, to_upper, from_fat, to_fat, "en",
};
