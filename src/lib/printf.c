/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/printf.h"

#include "efi/guid.h"
#include "lib/ascii.h"
#include "lib/ucs2.h"

struct output {
    char *buffer;
    size_t size;
    size_t length; /* of the whole text, also of what did not fit */
};

struct spec {
    bool zero, left, plus, space, alternate, upper;
    int width;
    int precision; /* -1: none given */
    int size;      /* of the integer argument in bytes */
};

static void put(struct output *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = c;
    out->length++;
}

static void pad(struct output *out, char c, int count)
{
    while (count-- > 0)
        put(out, c);
}

static void put_text(struct output *out, const struct spec *spec, const char *text, size_t length)
{
    int padding = spec->width > (int)length ? spec->width - (int)length : 0;
    if (!spec->left)
        pad(out, ' ', padding);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (spec->left)
        pad(out, ' ', padding);
}

static void put_ucs2(struct output *out, const struct spec *spec, const char16_t *text)
{
    size_t limit = spec->precision >= 0 ? (size_t)spec->precision : SIZE_MAX;
    size_t length = ucs2_length(text, limit);
    int padding = spec->width > (int)length ? spec->width - (int)length : 0;
    if (!spec->left)
        pad(out, ' ', padding);
    for (size_t i = 0; i < length; i++) {
        char bytes[3];
        size_t n = utf8_encode(text[i], bytes);
        for (size_t j = 0; j < n; j++)
            put(out, bytes[j]);
    }
    if (spec->left)
        pad(out, ' ', padding);
}

static void put_number(struct output *out, const struct spec *spec, uint64_t value, unsigned base,
                       bool negative)
{
    char digits[24];
    int count = 0;
    const char *alphabet = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (uint64_t rest = value; rest != 0; rest /= base)
        digits[count++] = alphabet[rest % base];
    if (count == 0 && spec->precision != 0)
        digits[count++] = '0';

    char prefix[2];
    int prefix_length = 0;
    if (negative)
        prefix[prefix_length++] = '-';
    else if (spec->plus)
        prefix[prefix_length++] = '+';
    else if (spec->space)
        prefix[prefix_length++] = ' ';
    if (spec->alternate && base == 16 && value != 0) {
        prefix[0] = '0';
        prefix[1] = spec->upper ? 'X' : 'x';
        prefix_length = 2;
    }

    int zeros = spec->precision > count ? spec->precision - count : 0;
    int padding = spec->width - prefix_length - zeros - count;
    if (spec->zero && !spec->left && spec->precision < 0 && padding > 0) {
        zeros = padding;
        padding = 0;
    }
    if (!spec->left)
        pad(out, ' ', padding);
    for (int i = 0; i < prefix_length; i++)
        put(out, prefix[i]);
    pad(out, '0', zeros);
    while (count > 0)
        put(out, digits[--count]);
    if (spec->left)
        pad(out, ' ', padding);
}

static void put_guid(struct output *out, const EFI_GUID *guid)
{
    char text[37];
    const uint8_t *d = guid->Data4;
    size_t n = format_text(text, sizeof text, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                           guid->Data1, guid->Data2, guid->Data3, d[0], d[1], d[2], d[3], d[4],
                           d[5], d[6], d[7]);
    for (size_t i = 0; i < n; i++)
        put(out, text[i]);
}

static const char *parse_flags(const char *f, struct spec *spec)
{
    for (;; f++) {
        switch (*f) {
        case '0':
            spec->zero = true;
            break;
        case '-':
            spec->left = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '#':
            spec->alternate = true;
            break;
        default:
            return f;
        }
    }
}

static const char *parse_length(const char *f, struct spec *spec)
{
    spec->size = sizeof(int);
    switch (*f) {
    case 'h':
        spec->size = sizeof(short);
        if (*++f == 'h') {
            spec->size = 1;
            f++;
        }
        return f;
    case 'l':
        spec->size = sizeof(long);
        return *++f == 'l' ? f + 1 : f;
    case 'z':
    case 'j':
    case 't':
        spec->size = sizeof(size_t);
        return f + 1;
    default:
        return f;
    }
}

static uint64_t truncate_unsigned(uint64_t value, int size)
{
    return size == 8 ? value : value & ((1ull << (size * 8)) - 1);
}

static int64_t truncate_signed(uint64_t value, int size)
{
    int shift = 64 - size * 8;
    return (int64_t)(value << shift) >> shift;
}

/* va_list may be an array, which cannot be passed by reference: a structure can. */
struct arguments {
    va_list list;
};

/* A number in the format, or the next argument for '*'. */
static const char *parse_number(const char *f, struct arguments *arguments, int *ret)
{
    if (*f == '*') {
        *ret = va_arg(arguments->list, int);
        return f + 1;
    }
    int value = 0;
    while (*f >= '0' && *f <= '9')
        value = value * 10 + (*f++ - '0');
    *ret = value;
    return f;
}

static const char *parse_spec(const char *f, struct arguments *arguments, struct spec *spec)
{
    *spec = (struct spec){.precision = -1};
    f = parse_number(parse_flags(f, spec), arguments, &spec->width);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = -spec->width;
    }
    if (*f == '.')
        f = parse_number(f + 1, arguments, &spec->precision);
    return parse_length(f, spec);
}

/* One conversion; returns its last character. */
static const char *convert(struct output *out, const char *f, struct arguments *arguments,
                           struct spec *spec)
{
    switch (*f) {
    case 'c': {
        char c = (char)va_arg(arguments->list, int);
        put_text(out, spec, &c, 1);
        break;
    }
    case 's': {
        const void *text = va_arg(arguments->list, const void *);
        if (text == NULL)
            put_text(out, spec, "(null)", 6);
        else if (spec->size == sizeof(long))
            put_ucs2(out, spec, text);
        else
            put_text(out, spec, text,
                     ascii_length(text, spec->precision >= 0 ? (size_t)spec->precision : SIZE_MAX));
        break;
    }
    case 'd':
    case 'i': {
        uint64_t raw = spec->size == 8 ? va_arg(arguments->list, uint64_t)
                                       : (uint64_t)va_arg(arguments->list, int);
        int64_t value = truncate_signed(raw, spec->size);
        put_number(out, spec, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
        break;
    }
    case 'u':
    case 'x':
    case 'X': {
        uint64_t raw =
            spec->size == 8 ? va_arg(arguments->list, uint64_t) : va_arg(arguments->list, unsigned);
        spec->upper = *f == 'X';
        spec->plus = spec->space = false;
        put_number(out, spec, truncate_unsigned(raw, spec->size), *f == 'u' ? 10 : 16, false);
        break;
    }
    case 'p': {
        const void *pointer = va_arg(arguments->list, const void *);
        if (f[1] == 'U') {
            f++;
            put_guid(out, pointer);
            break;
        }
        spec->alternate = true;
        put_number(out, spec, (uintptr_t)pointer, 16, false);
        break;
    }
    case '%':
        put(out, '%');
        break;
    default: /* an unknown conversion is a programming error: show it */
        put(out, '%');
        if (*f == '\0')
            f--;
        else
            put(out, *f);
        break;
    }
    return f;
}

size_t format_text_va(char *buffer, size_t size, const char *f, va_list list)
{
    struct output out = {buffer, size, 0};
    struct arguments arguments;
    va_copy(arguments.list, list);

    for (; *f != '\0'; f++) {
        if (*f != '%') {
            put(&out, *f);
            continue;
        }
        struct spec spec;
        f = parse_spec(f + 1, &arguments, &spec);
        f = convert(&out, f, &arguments, &spec);
    }

    va_end(arguments.list);
    if (size > 0)
        buffer[MIN(out.length, size - 1)] = '\0';
    return out.length;
}

size_t format_text(char *buffer, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t length = format_text_va(buffer, size, format, args);
    va_end(args);
    return length;
}
