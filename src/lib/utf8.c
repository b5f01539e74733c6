/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/utf8.h"

static bool start(struct utf8_decoder *decoder, uint8_t byte, char16_t *ret)
{
    if (byte < 0x80) {
        *ret = byte;
        return true;
    }
    if (byte >= 0xc2 && byte <= 0xdf)
        *decoder = (struct utf8_decoder){byte & 0x1f, 0x80, 1};
    else if (byte >= 0xe0 && byte <= 0xef)
        *decoder = (struct utf8_decoder){byte & 0x0f, 0x800, 2};
    else if (byte >= 0xf0 && byte <= 0xf4)
        *decoder = (struct utf8_decoder){byte & 0x07, 0x10000, 3};
    return false;
}

bool utf8_decode(struct utf8_decoder *decoder, uint8_t byte, char16_t *ret)
{
    if (decoder->left == 0 || (byte & 0xc0) != 0x80) {
        decoder->left = 0;
        return start(decoder, byte, ret);
    }
    decoder->value = decoder->value << 6 | (byte & 0x3f);
    if (--decoder->left > 0)
        return false;
    uint32_t value = decoder->value;
    if (value < decoder->least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return false;
    *ret = value > 0xffff ? UTF8_REPLACEMENT : (char16_t)value;
    return true;
}
