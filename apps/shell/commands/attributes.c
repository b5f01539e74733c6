/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/commands/attributes.h"

#include "lib/macros.h"

static const struct {
    char letter;
    uint8_t attribute;
} attributes[] = {
    {'d', EFI_FILE_DIRECTORY}, {'a', EFI_FILE_ARCHIVE}, {'h', EFI_FILE_HIDDEN},
    {'r', EFI_FILE_READ_ONLY}, {'s', EFI_FILE_SYSTEM},
};

/* 0: no such letter. */
static uint8_t attribute_of(char16_t letter)
{
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
        if ((letter | 0x20) == attributes[i].letter)
            return attributes[i].attribute;
    return 0;
}

bool attributes_parse(const char16_t *letters, uint64_t *ret)
{
    uint64_t found = 0;
    for (; *letters != 0; letters++) {
        uint8_t attribute = attribute_of(*letters);
        if (attribute == 0)
            return false;
        found |= attribute;
    }
    *ret = found;
    return true;
}

static const char *write(uint64_t set, char text[8], bool columns)
{
    size_t used = 0;
    for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
        if ((set & attributes[i].attribute) != 0)
            text[used++] = (char)(columns ? attributes[i].letter - 0x20 : attributes[i].letter);
        else if (columns)
            text[used++] = ' ';
    }
    text[used] = '\0';
    return text;
}

const char *attributes_show(uint64_t set, char text[8])
{
    return write(set, text, true);
}

const char *attributes_text(uint64_t set, char text[8])
{
    return write(set, text, false);
}
