/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/text.h"

#include "lib/memory.h"
#include "lib/printf.h"
#include "lib/ucs2.h"
#include "lib/utf8.h"
#include "shell/memory.h"

#define LONGEST (16u << 20) /* characters */

static bool reserve(struct text *text, size_t more)
{
    if (text->failed || more > LONGEST - text->length) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    size_t capacity = MAX(needed, MAX((size_t)32, text->capacity * 2));
    char16_t *data = shell_alloc(capacity * sizeof *data);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    if (text->data != NULL)
        memcpy(data, text->data, text->length * sizeof *data);
    data[text->length] = 0;
    shell_free(text->data);
    text->data = data;
    text->capacity = capacity;
    return true;
}

void text_append(struct text *text, const char16_t *s, size_t length)
{
    if (!reserve(text, length))
        return;
    memcpy(text->data + text->length, s, length * sizeof *s);
    text->length += length;
    text->data[text->length] = 0;
}

void text_put(struct text *text, char16_t c)
{
    text_append(text, &c, 1);
}

void text_append_string(struct text *text, const char16_t *s)
{
    text_append(text, s, ucs2_length(s, SIZE_MAX));
}

void text_append_utf8(struct text *text, const char *s)
{
    struct utf8_decoder decoder = {0};
    for (; *s != '\0'; s++) {
        char16_t c;
        if (utf8_decode(&decoder, (uint8_t)*s, &c))
            text_put(text, c);
    }
}

void text_format(struct text *text, const char *format, ...)
{
    char small[160], *buffer = small;
    va_list args;
    va_start(args, format);
    size_t length = format_text_va(small, sizeof small, format, args);
    va_end(args);
    if (length >= sizeof small) {
        buffer = shell_alloc(length + 1);
        if (buffer == NULL) {
            text->failed = true;
            return;
        }
        va_start(args, format);
        format_text_va(buffer, length + 1, format, args);
        va_end(args);
    }
    text_append_utf8(text, buffer);
    if (buffer != small)
        shell_free(buffer);
}

void text_revision(struct text *text, uint32_t revision)
{
    unsigned major = revision >> 16, minor = (revision & 0xffff) / 10,
             digit = revision % 0x10000 % 10;
    text_format(text, "%u.%u", major, minor);
    if (digit != 0)
        text_format(text, ".%u", digit);
}

void text_replace(struct text *text, size_t at, size_t removed, const char16_t *s, size_t length)
{
    if (length > removed && !reserve(text, length - removed))
        return;
    if (text->data == NULL)
        return;
    memmove(text->data + at + length, text->data + at + removed,
            (text->length - at - removed + 1) * sizeof *s);
    memcpy(text->data + at, s, length * sizeof *s);
    text->length += length - removed;
}

const char16_t *text_string(const struct text *text)
{
    return text->data != NULL ? text->data : u"";
}

char16_t *text_take(struct text *text)
{
    char16_t *data = NULL;
    if (reserve(text, 0)) {
        text->data[text->length] = 0;
        data = text->data;
        text->data = NULL;
    }
    text_free(text);
    return data;
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->data != NULL)
        text->data[0] = 0;
}

void text_free(struct text *text)
{
    shell_free(text->data);
    *text = (struct text){0};
}

bool text_is_space(char16_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

const char16_t *text_skip_spaces(const char16_t *s)
{
    while (text_is_space(*s))
        s++;
    return s;
}

char16_t *text_find(const char16_t *s, char16_t c)
{
    for (; *s != 0; s++)
        if (*s == c)
            return (char16_t *)s;
    return NULL;
}

void text_append_word(struct text *text, const char16_t *word)
{
    bool quotes = *word == 0;
    for (const char16_t *c = word; *c != 0; c++)
        quotes |= text_is_space(*c) || *c == '#' || *c == '<' || *c == '>' || *c == '|';
    text_append_utf8(text, quotes ? "\"" : "");
    for (; *word != 0; word++) {
        if (*word == '"' || *word == '^')
            text_put(text, '^');
        text_put(text, *word);
    }
    text_append_utf8(text, quotes ? "\"" : "");
}

bool text_equal_n(const char16_t *a, const char16_t *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i])
            return false;
        if (a[i] == 0)
            return true;
    }
    return true;
}

bool text_equal_n_ignoring_case(const char16_t *a, const char16_t *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (ucs2_upper(a[i]) != ucs2_upper(b[i]))
            return false;
        if (a[i] == 0)
            return true;
    }
    return true;
}

static char16_t ascii_upper(char c)
{
    return ucs2_upper((unsigned char)c);
}

bool text_starts_with(const char16_t *s, const char *word)
{
    for (; *word != '\0'; s++, word++)
        if (ucs2_upper(*s) != ascii_upper(*word))
            return false;
    return true;
}

bool text_is(const char16_t *s, const char *word)
{
    for (; *word != '\0'; s++, word++)
        if (ucs2_upper(*s) != ascii_upper(*word))
            return false;
    return *s == 0;
}

int text_compare_ignoring_case(const char16_t *a, const char16_t *b)
{
    while (*a != 0 && ucs2_upper(*a) == ucs2_upper(*b)) {
        a++;
        b++;
    }
    return (int)ucs2_upper(*a) - (int)ucs2_upper(*b);
}

static int digit_of(char16_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

static bool parse_digits(const char16_t *s, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;
    if (*s == 0)
        return false;
    for (; *s != 0; s++) {
        unsigned digit = (unsigned)digit_of(*s);
        if (digit >= base || __builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

static bool has_hex_prefix(const char16_t *s)
{
    return s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
}

bool text_to_number(const char16_t *s, uint64_t *ret, bool *ret_negative)
{
    bool negative = ret_negative != NULL && *s == '-';
    if (negative)
        s++;
    if (has_hex_prefix(s) ? !parse_digits(s + 2, 16, ret) : !parse_digits(s, 10, ret))
        return false;
    if (ret_negative != NULL)
        *ret_negative = negative;
    return true;
}

bool text_to_hex(const char16_t *s, uint64_t *ret)
{
    return parse_digits(has_hex_prefix(s) ? s + 2 : s, 16, ret);
}
