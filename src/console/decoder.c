/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "console/decoder.h"

#include "lib/macros.h"
#include "lib/memory.h"

#define ESC 0x1b
#define DEL 0x7f

/* A control character that is a key by itself or with Ctrl; false for NUL, which is also what a
 * serial break sends. */
static bool control_key(char16_t c, struct key *ret)
{
    switch (c) {
    case 0:
        return false;
    case '\n':
        *ret = (struct key){.character = '\r'};
        return true;
    case '\b':
    case '\t':
    case '\r':
        *ret = (struct key){.character = c};
        return true;
    case ESC:
        *ret = (struct key){.scan = KEY_ESCAPE};
        return true;
    case DEL: /* what the backspace key sends nearly everywhere; the Delete key sends CSI 3 ~ */
        *ret = (struct key){.character = '\b'};
        return true;
    default:
        *ret = (struct key){
            .character = (char16_t)(c < ESC ? c + 0x60 : c + 0x40),
            .modifiers = KEY_CONTROL,
        };
        return true;
    }
}

static bool character_key(char16_t c, struct key *ret)
{
    if (c < 0x20 || c == DEL)
        return control_key(c, ret);
    if (c >= 0x80 && c < 0xa0)
        return false;
    *ret = (struct key){.character = c};
    return true;
}

static uint16_t function_key(unsigned number)
{
    if (number <= 10)
        return (uint16_t)(KEY_F1 + number - 1);
    if (number <= 12)
        return (uint16_t)(KEY_F11 + number - 11);
    return (uint16_t)(KEY_F13 + number - 13);
}

/* CSI <number> ~ */
static uint16_t scan_of_number(unsigned number)
{
    static const uint8_t editing[] = {KEY_NONE,    KEY_HOME,      KEY_INSERT, KEY_DELETE, KEY_END,
                                      KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME,   KEY_END};
    /* The VT220's top row has gaps between its groups of keys. */
    static const uint8_t function[] = {1,  2,  3,  4,  5, 0,  6,  7, 8,  9,  10, 0,
                                       11, 12, 13, 14, 0, 15, 16, 0, 17, 18, 19, 20};
    if (number < ARRAY_SIZE(editing))
        return editing[number];
    if (number < 11 || number - 11 >= ARRAY_SIZE(function) || function[number - 11] == 0)
        return KEY_NONE;
    return function_key(function[number - 11]);
}

/* CSI or SS3 <letter> */
static uint16_t scan_of_letter(uint8_t letter)
{
    switch (letter) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'F':
        return KEY_END;
    case 'H':
        return KEY_HOME;
    case 'P':
    case 'Q':
    case 'R':
    case 'S':
        return function_key(letter - 'P' + 1u);
    default:
        return KEY_NONE;
    }
}

/* The modifier parameter of xterm: 1 plus a bit each for shift, alt, control and meta. */
static uint8_t modifiers_of(uint16_t parameter)
{
    return parameter > 1 && parameter <= 16 ? (uint8_t)(parameter - 1) : 0;
}

static size_t emit_scan(struct key *ret, uint16_t scan, uint8_t modifiers)
{
    if (scan == KEY_NONE)
        return 0;
    *ret = (struct key){.scan = scan, .modifiers = modifiers};
    return 1;
}

/* A character that a terminal reports by its code (CSI u, modifyOtherKeys). */
static size_t emit_code(struct key *ret, uint16_t code, uint8_t modifiers)
{
    struct key key;
    if ((code >= 0xd800 && code <= 0xf8ff) || !character_key(code, &key))
        return 0;
    if ((modifiers & KEY_CONTROL) != 0 && code >= 'A' && code <= 'Z')
        key.character += 'a' - 'A';
    if (code > ' ' && code != DEL)
        modifiers &= (uint8_t)~KEY_SHIFT; /* it is in the character */
    key.modifiers |= modifiers;
    *ret = key;
    return 1;
}

static void begin_sequence(struct decoder *d, int state)
{
    d->state = state;
    memset(d->parameters, 0, sizeof d->parameters);
    d->parameter = 0;
    d->digits = d->ignore = false;
}

static void take_digit(struct decoder *d, uint8_t digit)
{
    uint16_t *value = &d->parameters[d->parameter];
    *value = *value < 6000 ? (uint16_t)(*value * 10 + digit) : 0xffff;
    d->digits = true;
}

/* Parameter and intermediate bytes of a control sequence. */
static void take_parameter(struct decoder *d, uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        take_digit(d, byte - '0');
    else if (byte == ';' && d->parameter + 1u < ARRAY_SIZE(d->parameters))
        d->parameter++;
    else
        d->ignore = true;
}

static size_t finish_numbered(struct decoder *d, uint8_t modifiers, struct key *ret)
{
    if (d->parameters[0] == 27 && d->parameter == 2)
        return emit_code(ret, d->parameters[2], modifiers);
    return emit_scan(ret, scan_of_number(d->parameters[0]), modifiers);
}

/* Sequences without parameters that PC-ANSI, SCO and rxvt terminals use beside the common ones. */
static size_t finish_plain(uint8_t final, struct key *ret)
{
    switch (final) {
    case '@':
    case 'L':
        return emit_scan(ret, KEY_INSERT, 0);
    case 'P':
        return emit_scan(ret, KEY_DELETE, 0);
    case 'K':
        return emit_scan(ret, KEY_END, 0);
    case 'I':
    case 'V':
        return emit_scan(ret, KEY_PAGE_UP, 0);
    case 'G':
    case 'U':
        return emit_scan(ret, KEY_PAGE_DOWN, 0);
    case 'Z':
        *ret = (struct key){.character = '\t', .modifiers = KEY_SHIFT};
        return 1;
    case 'a':
    case 'b':
    case 'c':
    case 'd':
        return emit_scan(ret, scan_of_letter(final - 'a' + 'A'), KEY_SHIFT);
    default:
        return emit_scan(ret, scan_of_letter(final), 0);
    }
}

static void take_size(struct decoder *d, uint16_t rows, uint16_t columns)
{
    d->reported_rows = rows;
    d->reported_columns = columns;
    d->size_told = true;
}

static size_t finish_csi(struct decoder *d, uint8_t final, struct key *ret)
{
    d->state = DECODER_GROUND;
    if (d->ignore)
        return 0;
    if (final == 'R' && d->parameter == 1 && d->parameters[0] > 1) { /* row 1: F3 with modifiers */
        take_size(d, d->parameters[0], d->parameters[1]);
        return 0;
    }
    uint8_t modifiers = modifiers_of(d->parameters[1]);
    switch (d->digits ? final : 0) {
    case 0:
        return finish_plain(final, ret);
    case '~':
        return finish_numbered(d, modifiers, ret);
    case '$':
        return emit_scan(ret, scan_of_number(d->parameters[0]), KEY_SHIFT);
    case '^':
        return emit_scan(ret, scan_of_number(d->parameters[0]), KEY_CONTROL);
    case '@':
        return emit_scan(ret, scan_of_number(d->parameters[0]), KEY_CONTROL | KEY_SHIFT);
    case 'u':
        return emit_code(ret, d->parameters[0], modifiers);
    case 't':
        if (d->parameters[0] == 8 && d->parameter == 2)
            take_size(d, d->parameters[1], d->parameters[2]);
        return 0;
    default:
        if (d->parameter == 0) /* an older xterm: CSI 5 A */
            modifiers = modifiers_of(d->parameters[0]);
        return emit_scan(ret, scan_of_letter(final), modifiers);
    }
}

/* SS3: cursor and function keys, and the numeric keypad in application mode. */
static size_t finish_ss3(struct decoder *d, uint8_t final, struct key *ret)
{
    uint8_t modifiers = modifiers_of(d->parameters[0]);
    d->state = DECODER_GROUND;
    if (final >= 'a' && final <= 'd')
        return emit_scan(ret, scan_of_letter(final - 'a' + 'A'), KEY_CONTROL);
    if (final >= 'j' && final <= 'y')
        return emit_code(ret, final - 0x40, modifiers);
    switch (final) {
    case 'M':
        return emit_code(ret, '\r', modifiers);
    case 'I':
        return emit_code(ret, '\t', modifiers);
    case 'X':
        return emit_code(ret, '=', modifiers);
    default:
        return emit_scan(ret, scan_of_letter(final), modifiers);
    }
}

static size_t feed_ground(struct decoder *d, uint8_t byte, struct key *ret)
{
    bool line_feed_of_pair = d->after_return && byte == '\n';
    char16_t c;
    d->after_return = false;
    if (line_feed_of_pair)
        return 0;
    if (byte == ESC && !d->alt) {
        d->utf8.left = 0;
        d->state = DECODER_ESCAPE;
        return 0;
    }
    if (!utf8_decode(&d->utf8, byte, &c)) {
        d->alt = d->alt && d->utf8.left > 0;
        return 0;
    }
    bool alt = d->alt;
    d->alt = false;
    if (!character_key(c, ret))
        return 0;
    if (alt)
        ret->modifiers |= KEY_ALT;
    d->after_return = c == '\r';
    return 1;
}

static size_t feed_escape(struct decoder *d, uint8_t byte, struct key *ret)
{
    switch (byte) {
    case '[':
        begin_sequence(d, DECODER_CSI);
        return 0;
    case 'O':
        begin_sequence(d, DECODER_SS3);
        return 0;
    case ESC: /* the first one was the key, the second may begin a sequence */
        return emit_scan(ret, KEY_ESCAPE, 0);
    default:
        d->state = DECODER_GROUND;
        d->alt = true;
        return feed_ground(d, byte, ret);
    }
}

static size_t feed_csi(struct decoder *d, uint8_t byte, struct key *ret)
{
    bool nothing_yet = !d->digits && !d->ignore && d->parameter == 0;
    if (byte == '[' && nothing_yet) {
        d->state = DECODER_LINUX;
        return 0;
    }
    if (byte >= 0x40 || (byte == '$' && d->digits))
        return finish_csi(d, byte, ret);
    take_parameter(d, byte);
    return 0;
}

static size_t feed_ss3(struct decoder *d, uint8_t byte, struct key *ret)
{
    if (byte >= '0' && byte <= '9') {
        take_digit(d, byte - '0');
        return 0;
    }
    return finish_ss3(d, byte, ret);
}

size_t decoder_feed(struct decoder *d, uint8_t byte, struct key keys[DECODER_MAX_KEYS])
{
    if (d->state == DECODER_GROUND)
        return feed_ground(d, byte, keys);
    if (d->state == DECODER_ESCAPE)
        return feed_escape(d, byte, keys);
    if (byte < 0x20 || byte >= DEL) { /* cuts a sequence short, and is what it is */
        d->state = DECODER_GROUND;
        return feed_ground(d, byte, keys);
    }
    if (d->state == DECODER_CSI)
        return feed_csi(d, byte, keys);
    if (d->state == DECODER_SS3)
        return feed_ss3(d, byte, keys);
    d->state = DECODER_GROUND; /* ESC [ [ A to E */
    return emit_scan(keys, byte >= 'A' && byte <= 'E' ? function_key(byte - 'A' + 1u) : KEY_NONE,
                     0);
}

bool decoder_waiting(const struct decoder *d)
{
    return d->state != DECODER_GROUND || d->alt;
}

size_t decoder_time_out(struct decoder *d, struct key keys[DECODER_MAX_KEYS])
{
    int state = d->state;
    bool bare = !d->digits && !d->ignore && d->parameter == 0;
    d->state = DECODER_GROUND;
    if (d->alt) { /* in the middle of an UTF-8 character */
        d->alt = false;
        d->utf8.left = 0;
        return 0;
    }
    if (state == DECODER_ESCAPE)
        return emit_scan(keys, KEY_ESCAPE, 0);
    if (state == DECODER_GROUND || !bare)
        return 0;
    keys[0] = (struct key){.character = state == DECODER_SS3 ? 'O' : '[', .modifiers = KEY_ALT};
    if (state != DECODER_LINUX)
        return 1;
    keys[1] = (struct key){.character = '['};
    return 2;
}
