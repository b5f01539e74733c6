/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reading pieces of text: what is not as it should be reads as zero, nothing goes past the end of a
 * piece. */
#include "efi/device_path_fields.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

struct slice slice_skip(struct slice slice, size_t count)
{
    return (struct slice){slice.text + count, slice.length - count};
}

struct slice arguments_next(struct arguments *arguments)
{
    arguments->previous = arguments->last;
    if (!arguments->more) {
        arguments->last.length = 0;
        return arguments->last;
    }
    struct slice rest = arguments->rest;
    size_t length = 0;
    bool quoted = false;
    while (length < rest.length && (quoted || rest.text[length] != ',')) {
        if (rest.text[length] == '"')
            quoted = !quoted;
        length++;
    }
    arguments->more = length < rest.length;
    arguments->rest = slice_skip(rest, length + arguments->more);
    arguments->last = (struct slice){rest.text, length};
    return arguments->last;
}

bool slice_starts_with(struct slice slice, const char *word)
{
    size_t i = 0;
    for (; word[i] != '\0'; i++) {
        if (i >= slice.length || ucs2_upper(slice.text[i]) != ucs2_upper((unsigned char)word[i]))
            return false;
    }
    return true;
}

bool slice_equals(struct slice slice, const char *word)
{
    return slice.length == ascii_length(word, SIZE_MAX) && slice_starts_with(slice, word);
}

int hex_digit(char16_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ucs2_upper(c);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static uint64_t digits(struct slice slice, unsigned base)
{
    uint64_t value = 0;
    for (size_t i = 0; i < slice.length; i++) {
        int digit = hex_digit(slice.text[i]);
        if (digit < 0 || (unsigned)digit >= base)
            break;
        value = value * base + (unsigned)digit;
    }
    return value;
}

uint64_t slice_hex(struct slice slice)
{
    return digits(slice_starts_with(slice, "0x") ? slice_skip(slice, 2) : slice, 16);
}

uint64_t slice_number(struct slice slice)
{
    return slice_starts_with(slice, "0x") ? slice_hex(slice) : digits(slice, 10);
}

uint64_t slice_value(struct slice slice, const struct keyword *keywords)
{
    for (; keywords->word != NULL; keywords++) {
        if (slice_equals(slice, keywords->word))
            return keywords->value;
    }
    return slice_number(slice);
}

size_t slice_bytes(struct slice slice, uint8_t *bytes, size_t size)
{
    size_t count = 0;
    if (slice_starts_with(slice, "0x"))
        slice = slice_skip(slice, 2);
    while (count < size && slice.length >= 2) {
        int high = hex_digit(slice.text[0]), low = hex_digit(slice.text[1]);
        if (high < 0 || low < 0)
            break;
        bytes[count++] = (uint8_t)(high << 4 | low);
        slice = slice_skip(slice, 2);
    }
    return count;
}

bool slice_guid(struct slice slice, EFI_GUID *ret)
{
    static const uint8_t dashes[] = {8, 13, 18, 23};
    if (slice.length != 36)
        return false;
    char16_t hex[32];
    size_t count = 0;
    for (size_t i = 0, dash = 0; i < 36; i++) {
        bool is_dash = dash < sizeof dashes && i == dashes[dash];
        if (is_dash ? slice.text[i] != '-' : hex_digit(slice.text[i]) < 0)
            return false;
        if (is_dash)
            dash++;
        else
            hex[count++] = slice.text[i];
    }
    ret->Data1 = (uint32_t)slice_hex((struct slice){hex, 8});
    ret->Data2 = (uint16_t)slice_hex((struct slice){hex + 8, 4});
    ret->Data3 = (uint16_t)slice_hex((struct slice){hex + 12, 4});
    return slice_bytes((struct slice){hex + 16, 16}, ret->Data4, 8) == 8;
}

void slice_ipv4(struct slice slice, uint8_t address[4])
{
    memset(address, 0, 4);
    for (size_t i = 0; i < 4; i++) {
        address[i] = (uint8_t)digits(slice, 10);
        while (slice.length > 0 && slice.text[0] != '.')
            slice = slice_skip(slice, 1);
        if (slice.length == 0)
            return;
        slice = slice_skip(slice, 1);
    }
}

/* RFC 4291: groups of up to four digits; "::" once for as many zero groups as are missing. */
void slice_ipv6(struct slice slice, uint8_t address[16])
{
    uint16_t groups[8] = {0};
    size_t count = 0, gap = SIZE_MAX;
    while (slice.length > 0 && count < 8) {
        if (slice.text[0] == ':') {
            slice = slice_skip(slice, 1);
            if (slice.length > 0 && slice.text[0] == ':') {
                gap = count;
                slice = slice_skip(slice, 1);
            }
            continue;
        }
        if (hex_digit(slice.text[0]) < 0)
            break;
        groups[count++] = (uint16_t)digits(slice, 16);
        while (slice.length > 0 && hex_digit(slice.text[0]) >= 0)
            slice = slice_skip(slice, 1);
    }
    memset(address, 0, 16);
    for (size_t i = 0; i < count; i++) {
        size_t at = i < gap ? i : 8 - count + i;
        address[at * 2] = (uint8_t)(groups[i] >> 8);
        address[at * 2 + 1] = (uint8_t)groups[i];
    }
}
