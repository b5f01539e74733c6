/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/glyph.h"

#include "lib/macros.h"

struct range {
    char16_t first, last;
};

static const struct range invisible[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x0300, 0x036f}, {0x0483, 0x0489},
    {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x20d0, 0x20f0}, {0xd800, 0xf8ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
};

/* East Asian wide and full-width characters (Unicode UAX #11). */
static const struct range wide[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e}, {0x3041, 0xa4cf}, {0xa960, 0xa97c}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff}, {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6},
};

/* One column everywhere: Latin, Greek and Cyrillic letters, and the arrows, lines, blocks and
 * shapes that UEFI 2.10 §12.4 asks for. */
static const struct range narrow[] = {
    {0x0020, 0x007e}, {0x00a0, 0x00ac}, {0x00ae, 0x02ff}, {0x0370, 0x0482},
    {0x048a, 0x052f}, {0x2010, 0x2027}, {0x2190, 0x2195}, {0x2500, 0x25ff},
};

static bool contains(const struct range *ranges, size_t count, char16_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

unsigned glyph_width(char16_t c)
{
    if (c >= 0x20 && c <= 0x7e)
        return 1;
    if (contains(invisible, ARRAY_SIZE(invisible), c))
        return 0;
    return contains(wide, ARRAY_SIZE(wide), c) ? 2 : 1;
}

bool glyph_width_is_certain(char16_t c)
{
    return contains(narrow, ARRAY_SIZE(narrow), c);
}
