/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/private.h"

/* Names (FAT specification §6.1 and §7). Bytes of short names from 0x80 on are taken as Latin-1:
 * their code page is recorded nowhere, and files whose names need one have a long name. */

#define BASE_SIZE      8u
#define EXTENSION_SIZE 3u
#define HASH_FROM      4u /* attempts before the alias is made of a hash */

uint8_t fat_name_checksum(const char name[FAT_NAME_SIZE])
{
    uint8_t sum = 0;
    for (unsigned i = 0; i < FAT_NAME_SIZE; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + (uint8_t)name[i]);
    return sum;
}

static char16_t decode_character(const struct fat_entry *entry, unsigned i, bool lower)
{
    uint8_t c = (uint8_t)entry->name[i];
    if (i == 0 && c == FAT_NAME_ESCAPED_E5)
        return 0xe5;
    if (lower && c >= 'A' && c <= 'Z')
        return c + ('a' - 'A');
    return c < ' ' || path_is_separator(c) ? '_' : c;
}

static unsigned field_length(const char *field, unsigned size)
{
    while (size > 0 && field[size - 1] == ' ')
        size--;
    return size;
}

void fat_name_decode(const struct fat_entry *entry, bool with_case, char16_t ret[13])
{
    unsigned base = field_length(entry->name, BASE_SIZE);
    unsigned extension = field_length(entry->name + BASE_SIZE, EXTENSION_SIZE);
    bool lower_base = with_case && (entry->case_flags & FAT_CASE_LOWER_BASE) != 0;
    bool lower_extension = with_case && (entry->case_flags & FAT_CASE_LOWER_EXTENSION) != 0;
    unsigned length = 0;
    for (unsigned i = 0; i < base; i++)
        ret[length++] = decode_character(entry, i, lower_base);
    if (base == 0)
        ret[length++] = '_';
    if (extension > 0)
        ret[length++] = '.';
    for (unsigned i = 0; i < extension; i++)
        ret[length++] = decode_character(entry, BASE_SIZE + i, lower_extension);
    ret[length] = 0;
}

bool fat_name_equal(const char16_t *name, const char16_t *other, size_t other_length)
{
    for (size_t i = 0; i < other_length; i++) {
        if (name[i] != other[i] && ucs2_upper(name[i]) != ucs2_upper(other[i]))
            return false;
        if (name[i] == 0)
            return false;
    }
    return name[other_length] == 0;
}

size_t fat_name_trim(const char16_t *name, size_t length)
{
    while (length > 0 && (name[length - 1] == '.' || name[length - 1] == ' '))
        length--;
    return length;
}

static bool is_one_of(char16_t c, const char *set)
{
    for (; *set != 0; set++) {
        if (c == (uint8_t)*set)
            return true;
    }
    return false;
}

bool fat_name_is_valid(const char16_t *name, size_t length)
{
    if (length == 0 || length > FILE_NAME_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < ' ' || name[i] == 0x7f || is_one_of(name[i], "\"*/:<>?\\|"))
            return false;
    }
    return true;
}

/* Characters that long names may have and short ones may not. */
static bool fits_short(char16_t c)
{
    return c > ' ' && c < 0x7f && !is_one_of(c, "+,;=[].");
}

/* Fills one field. False: it does not fit. *ret_lower: all its letters are lower case. */
static bool make_field(const char16_t *from, size_t length, char *field, unsigned size,
                       bool *ret_lower)
{
    bool upper = false, lower = false;
    if (length > size)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (!fits_short(from[i]))
            return false;
        lower |= from[i] >= 'a' && from[i] <= 'z';
        upper |= from[i] >= 'A' && from[i] <= 'Z';
        field[i] = (char)ucs2_upper(from[i]);
    }
    *ret_lower = lower;
    return !(lower && upper);
}

static size_t last_dot(const char16_t *name, size_t length)
{
    for (size_t i = length; i > 1; i--) {
        if (name[i - 1] == '.')
            return i - 1;
    }
    return length;
}

bool fat_name_make_short(const char16_t *name, struct fat_entry *entry)
{
    size_t length = ucs2_length(name, FILE_NAME_MAX);
    size_t dot = last_dot(name, length);
    bool lower_base, lower_extension = false;
    char made[FAT_NAME_SIZE];
    memset(made, ' ', sizeof made);
    if (!make_field(name, dot, made, BASE_SIZE, &lower_base) ||
        (dot < length && !make_field(name + dot + 1, length - dot - 1, made + BASE_SIZE,
                                     EXTENSION_SIZE, &lower_extension)))
        return false;
    memcpy(entry->name, made, sizeof made);
    entry->case_flags = (uint8_t)((lower_base ? FAT_CASE_LOWER_BASE : 0) |
                                  (lower_extension ? FAT_CASE_LOWER_EXTENSION : 0));
    return true;
}

/* Copies what fits of a field, without dots and spaces, others that may not be as '_'. */
static unsigned squeeze(const char16_t *from, size_t length, char *field, unsigned size)
{
    unsigned count = 0;
    for (size_t i = 0; i < length && count < size; i++) {
        if (from[i] != ' ' && from[i] != '.')
            field[count++] = (char)(fits_short(from[i]) ? ucs2_upper(from[i]) : '_');
    }
    return count;
}

static uint16_t hash(const char16_t *name)
{
    uint32_t h = 2166136261u;
    for (; *name != 0; name++)
        h = (h ^ *name) * 16777619u;
    return (uint16_t)(h ^ h >> 16);
}

void fat_name_make_alias(const char16_t *name, unsigned attempt, char ret[FAT_NAME_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t length = ucs2_length(name, FILE_NAME_MAX);
    size_t dot = last_dot(name, length);
    char tail[BASE_SIZE];
    unsigned tail_length = 0, number = attempt + 1;
    memset(ret, ' ', FAT_NAME_SIZE);
    unsigned base = squeeze(name, dot, ret, BASE_SIZE);
    if (dot < length)
        squeeze(name + dot + 1, length - dot - 1, ret + BASE_SIZE, EXTENSION_SIZE);
    if (attempt >= HASH_FROM) {
        /* Many files with the same beginning: the hash tells them apart at once. */
        uint16_t h = hash(name);
        base = MIN(base, 2);
        for (unsigned i = 0; i < 4; i++)
            ret[base++] = digits[h >> (12 - 4 * i) & 15];
        number = attempt - HASH_FROM + 1;
    }
    if (base == 0)
        ret[base++] = '_';
    do {
        tail[tail_length++] = digits[number % 10];
        number /= 10;
    } while (number > 0 && tail_length < sizeof tail - 2);
    base = MIN(base, BASE_SIZE - 1 - tail_length);
    memset(ret + base, ' ', BASE_SIZE - base);
    ret[base++] = '~';
    while (tail_length > 0)
        ret[base++] = tail[--tail_length];
}

unsigned fat_name_long_entries(const char16_t *name)
{
    size_t length = ucs2_length(name, FILE_NAME_MAX);
    return (unsigned)((length + FAT_LONG_CHARACTERS - 1) / FAT_LONG_CHARACTERS);
}

void fat_name_long_part(const struct fat_long_entry *entry, char16_t ret[FAT_LONG_CHARACTERS])
{
    memcpy(ret, entry->name1, sizeof entry->name1);
    memcpy(ret + 5, entry->name2, sizeof entry->name2);
    memcpy(ret + 11, entry->name3, sizeof entry->name3);
}

/* Behind the name come one 0 and then ones, unless it fills its last entry. */
void fat_name_long_entry(const char16_t *name, unsigned order, bool last, uint8_t checksum,
                         struct fat_long_entry *ret)
{
    size_t length = ucs2_length(name, FILE_NAME_MAX);
    size_t start = (order - 1) * FAT_LONG_CHARACTERS;
    char16_t part[FAT_LONG_CHARACTERS];
    for (unsigned i = 0; i < FAT_LONG_CHARACTERS; i++)
        part[i] = start + i < length ? name[start + i] : start + i == length ? 0 : 0xffff;
    *ret = (struct fat_long_entry){
        .order = (uint8_t)(order | (last ? FAT_LONG_LAST : 0)),
        .attributes = FAT_ATTR_LONG_NAME,
        .checksum = checksum,
    };
    memcpy(ret->name1, part, sizeof ret->name1);
    memcpy(ret->name2, part + 5, sizeof ret->name2);
    memcpy(ret->name3, part + 11, sizeof ret->name3);
}
