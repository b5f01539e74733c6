/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/fullscreen/encoding.h"

#include "lib/utf8.h"
#include "shell/fullscreen/document.h"

size_t utf8_character(const struct gap *bytes, size_t at, uint32_t *ret)
{
    struct utf8_decoder decoder = {0};
    size_t end = gap_size(bytes);
    for (size_t length = 1; length <= 4 && at + length <= end; length++) {
        uint8_t byte = gap_byte(bytes, at + length - 1);
        char16_t c;
        if (length > 1 && (byte & 0xc0) != 0x80)
            break;
        if (utf8_decode(&decoder, byte, &c)) {
            *ret = length == 4 ? DOCUMENT_BAD : c;
            return length;
        }
        if (decoder.left == 0)
            break;
    }
    *ret = DOCUMENT_BAD;
    return 1;
}

size_t encode(bool wide, char16_t c, uint8_t ret[ENCODED_MOST])
{
    if (wide) {
        ret[0] = (uint8_t)c;
        ret[1] = (uint8_t)(c >> 8);
        return 2;
    }
    if (c < 0x80) {
        ret[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        ret[0] = (uint8_t)(0xc0 | c >> 6);
        ret[1] = 0x80 | (c & 0x3f);
        return 2;
    }
    ret[0] = (uint8_t)(0xe0 | c >> 12);
    ret[1] = 0x80 | (c >> 6 & 0x3f);
    ret[2] = 0x80 | (c & 0x3f);
    return 3;
}

static EFI_STATUS append(bool wide, uint32_t c, struct gap *ret)
{
    uint8_t bytes[ENCODED_MOST];
    size_t count = encode(wide, (char16_t)c, bytes);
    return gap_replace(ret, gap_size(ret), 0, bytes, count);
}

EFI_STATUS encode_text(bool wide, const struct text *text, struct gap *ret)
{
    EFI_STATUS status = EFI_SUCCESS;
    for (size_t i = 0; i < text->length && !EFI_ERROR(status); i++)
        status = append(wide, text->data[i], ret);
    return status;
}

EFI_STATUS encoding_convert(const struct gap *bytes, bool wide, size_t from, size_t to,
                            struct gap *ret)
{
    while (from < to) {
        uint32_t c;
        if (wide && to - from < 2)
            return EFI_UNSUPPORTED;
        if (wide) {
            c = (uint32_t)(gap_byte(bytes, from) | gap_byte(bytes, from + 1) << 8);
            from += 2;
        } else {
            from += utf8_character(bytes, from, &c);
        }
        /* Surrogates are no characters in UTF-8. */
        if (c == DOCUMENT_BAD || (c >= 0xd800 && c < 0xe000))
            return EFI_UNSUPPORTED;
        EFI_STATUS status = append(!wide, c, ret);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}
