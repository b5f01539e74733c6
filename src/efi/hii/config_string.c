/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/hii/config_string.h"

#include "lib/ascii.h"

/* Passes over `ascii` at `at`; NULL when something else is there. */
static const char16_t *match(const char16_t *at, const char *ascii)
{
    for (; *ascii != '\0'; ascii++, at++)
        if (*at != (unsigned char)*ascii)
            return NULL;
    return at;
}

/* Reads "<key><digits>". */
static const char16_t *read_value(const char16_t *at, const char *key, struct config_span *ret)
{
    at = match(at, key);
    if (at == NULL)
        return NULL;
    ret->at = at;
    while (ascii_hex_digit(*at) >= 0)
        at++;
    ret->length = (size_t)(at - ret->at);
    return *at == '&' || *at == 0 ? at : NULL;
}

bool config_section_next(const char16_t **at, struct config_section *ret)
{
    struct config_section section = {.whole.at = *at};
    const char16_t *end = read_value(*at, "GUID=", &section.guid);
    if (end != NULL)
        end = read_value(end, "&NAME=", &section.name);
    if (end != NULL)
        end = read_value(end, "&PATH=", &section.path);
    if (end == NULL)
        return false;
    section.header = (struct config_span){*at, (size_t)(end - *at)};
    const char16_t *elements = *end == '&' ? end + 1 : end;
    if (match(elements, "GUID=") != NULL && elements != end)
        elements = end;
    while (*end != 0 && match(end, "&GUID=") == NULL)
        end++;
    section.elements =
        (struct config_span){elements, end > elements ? (size_t)(end - elements) : 0};
    section.whole.length = (size_t)(end - *at);
    *at = *end == '&' ? end + 1 : end;
    *ret = section;
    return true;
}

bool config_element_next(struct config_span *elements, struct config_element *ret)
{
    if (elements->length == 0)
        return false;
    const char16_t *at = elements->at, *end = at + elements->length, *equals = NULL;
    while (at < end && *at != '&') {
        if (*at == '=' && equals == NULL)
            equals = at;
        at++;
    }
    const char16_t *name_end = equals != NULL ? equals : at;
    ret->start = elements->at;
    ret->has_value = equals != NULL;
    ret->name = (struct config_span){elements->at, (size_t)(name_end - elements->at)};
    ret->value = (struct config_span){at, 0};
    if (equals != NULL)
        ret->value = (struct config_span){equals + 1, (size_t)(at - equals - 1)};
    at += at < end;
    *elements = (struct config_span){at, (size_t)(end - at)};
    return true;
}

bool config_span_is(struct config_span span, const char *ascii)
{
    const char16_t *end = span.at;
    for (; *ascii != '\0'; ascii++, end++)
        if (end == span.at + span.length || *end != (unsigned char)*ascii)
            return false;
    return end == span.at + span.length;
}

bool config_span_number(struct config_span span, uint64_t *ret)
{
    uint64_t value = 0;
    for (size_t i = 0; i < span.length; i++) {
        int digit = ascii_hex_digit(span.at[i]);
        if (digit < 0 || value >> 60 != 0)
            return false;
        value = value << 4 | (unsigned)digit;
    }
    if (span.length == 0)
        return false;
    *ret = value;
    return true;
}

static bool read_byte(const char16_t *at, uint8_t *ret)
{
    int high = ascii_hex_digit(at[0]), low = high >= 0 ? ascii_hex_digit(at[1]) : -1;
    if (low < 0)
        return false;
    *ret = (uint8_t)(high << 4 | low);
    return true;
}

bool config_span_bytes(struct config_span span, uint8_t *bytes)
{
    for (size_t i = 0; i + 1 < span.length; i += 2)
        if (!read_byte(span.at + i, &bytes[i / 2]))
            return false;
    return span.length % 2 == 0;
}

bool config_span_has(struct config_span span, const void *bytes, size_t size)
{
    uint8_t byte;
    if (span.length / 2 != size || span.length % 2 != 0)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!read_byte(span.at + 2 * i, &byte) || byte != ((const uint8_t *)bytes)[i])
            return false;
    return true;
}
