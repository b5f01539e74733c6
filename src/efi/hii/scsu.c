/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/scsu.h"

#include "lib/memory.h"

static const char16_t standard_statics[8] = {0x0000, 0x0080, 0x0100, 0x0300,
                                             0x2000, 0x2080, 0x2100, 0x3000};
static const char16_t standard_dynamics[8] = {0x0080, 0x00c0, 0x0400, 0x0600,
                                              0x0900, 0x3040, 0x30a0, 0xff00};

void scsu_start(struct scsu *scsu, const uint8_t *windows)
{
    char16_t given[16];
    bool any = false;
    memcpy(given, windows, sizeof given);
    for (size_t i = 0; i < ARRAY_SIZE(given); i++)
        any |= given[i] != 0;
    if (!any) {
        memcpy(given, standard_statics, sizeof standard_statics);
        memcpy(given + 8, standard_dynamics, sizeof standard_dynamics);
    }
    *scsu = (struct scsu){0};
    for (size_t i = 0; i < 8; i++) {
        scsu->statics[i] = given[i];
        scsu->window[i] = given[8 + i];
    }
}

/* Where a window begins that a byte defines. */
static bool window_offset(uint8_t index, uint32_t *ret)
{
    static const char16_t special[] = {0x00c0, 0x0250, 0x0370, 0x0530, 0x3040, 0x30a0, 0xff60};
    if (index == 0 || (index >= 0xa8 && index < 0xf9))
        return false;
    if (index >= 0xf9)
        *ret = special[index - 0xf9];
    else
        *ret = index * 0x80u + (index >= 0x68 ? 0xac00 : 0);
    return true;
}

static bool define(struct scsu *s, struct reader *r, uint8_t window)
{
    uint8_t index;
    s->active = window;
    return reader_u8(r, &index) && window_offset(index, &s->window[window]);
}

/* A window outside the basic plane. */
static bool define_extended(struct scsu *s, struct reader *r)
{
    uint8_t high, low;
    if (!reader_u8(r, &high) || !reader_u8(r, &low))
        return false;
    s->active = high >> 5;
    s->window[s->active] = 0x10000 + ((high & 0x1fu) << 8 | low) * 0x80;
    return true;
}

static bool big_endian(struct reader *r, char16_t *ret)
{
    uint8_t high, low;
    if (!reader_u8(r, &high) || !reader_u8(r, &low))
        return false;
    *ret = (char16_t)(high << 8 | low);
    return true;
}

static char16_t from_window(struct scsu *s, uint8_t window, uint8_t byte)
{
    uint32_t c = s->window[window] + (byte & 0x7fu);
    if (c < 0x10000)
        return (char16_t)c;
    s->low = (char16_t)(0xdc00 + (c & 0x3ff));
    return (char16_t)(0xd800 + ((c - 0x10000) >> 10));
}

enum step {
    MALFORMED,
    CHARACTER,
    AGAIN, /* that was a tag */
};

static enum step quote(struct scsu *s, struct reader *r, uint8_t window, char16_t *ret)
{
    uint8_t byte;
    if (!reader_u8(r, &byte))
        return MALFORMED;
    *ret = byte < 0x80 ? (char16_t)(s->statics[window] + byte) : from_window(s, window, byte);
    return CHARACTER;
}

static enum step step_single(struct scsu *s, struct reader *r, uint8_t byte, char16_t *ret)
{
    if (byte >= 0x80) {
        *ret = from_window(s, s->active, byte);
        return CHARACTER;
    }
    if (byte >= 0x20 || byte == 0 || byte == '\t' || byte == '\n' || byte == '\r') {
        *ret = byte;
        return CHARACTER;
    }
    if (byte <= 0x08)
        return quote(s, r, byte - 1, ret);
    if (byte >= 0x18)
        return define(s, r, byte & 7) ? AGAIN : MALFORMED;
    if (byte >= 0x10) {
        s->active = byte & 7;
        return AGAIN;
    }
    if (byte == 0x0b)
        return define_extended(s, r) ? AGAIN : MALFORMED;
    if (byte == 0x0e)
        return big_endian(r, ret) ? CHARACTER : MALFORMED;
    s->unicode = byte == 0x0f;
    return s->unicode ? AGAIN : MALFORMED;
}

static enum step step_unicode(struct scsu *s, struct reader *r, uint8_t byte, char16_t *ret)
{
    uint8_t low;
    if (byte < 0xe0 || byte > 0xf2) {
        if (!reader_u8(r, &low))
            return MALFORMED;
        *ret = (char16_t)(byte << 8 | low);
        return CHARACTER;
    }
    if (byte == 0xf0)
        return big_endian(r, ret) ? CHARACTER : MALFORMED;
    if (byte == 0xf2)
        return MALFORMED;
    s->unicode = false;
    if (byte == 0xf1)
        return define_extended(s, r) ? AGAIN : MALFORMED;
    if (byte >= 0xe8)
        return define(s, r, byte & 7) ? AGAIN : MALFORMED;
    s->active = byte & 7;
    return AGAIN;
}

static bool scsu_next(struct scsu *s, struct reader *r, char16_t *ret)
{
    if (s->low != 0) {
        *ret = s->low;
        s->low = 0;
        return true;
    }
    for (;;) {
        uint8_t byte;
        if (!reader_u8(r, &byte))
            return false;
        enum step step = s->unicode ? step_unicode(s, r, byte, ret) : step_single(s, r, byte, ret);
        if (step != AGAIN)
            return step == CHARACTER;
    }
}

bool text_source_next(struct text_source *source, char16_t *ret)
{
    return source->compressed ? scsu_next(&source->scsu, &source->r, ret)
                              : reader_u16(&source->r, ret);
}
