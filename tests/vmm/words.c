/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void usage(const char *what)
{
    fprintf(stderr,
            "vmm: %s: the bench has no such thing\n"
            "usage: vmm --kernel F [FLAG VALUE]…, flags of Cloud Hypervisor and --bench;\n"
            "tests/vmm/README.md tells which\n",
            what);
    exit(2);
}

char *words_next(char **list, char **ret_value)
{
    char *item = *list, *p = item;
    if (item == NULL || *item == '\0')
        return NULL;
    unsigned depth = 0;
    for (; *p != '\0' && (*p != ',' || depth > 0); p++)
        depth += (*p == '[') - (*p == ']');
    *list = *p == ',' ? p + 1 : p;
    *p = '\0';
    char *equals = strchr(item, '=');
    *ret_value = equals != NULL ? equals + 1 : NULL;
    if (equals != NULL)
        *equals = '\0';
    return item;
}

uint64_t words_number(const char *text, const char *flag)
{
    char *end;
    uint64_t value = text != NULL ? strtoull(text, &end, 0) : 0;
    if (text == NULL || end == text)
        usage(flag);
    switch (*end) {
    case 'K':
        return value << 10;
    case 'M':
        return value << 20;
    case 'G':
        return value << 30;
    case 'T':
        return value << 40;
    case '\0':
    case ']':
        return value;
    default:
        usage(flag);
    }
}

bool words_on(const char *text, const char *flag)
{
    static const char *const yes[] = {"on", "true"}, *const no[] = {"off", "false"};
    if (text == NULL || (!words_among(text, yes, 2) && !words_among(text, no, 2)))
        usage(flag);
    return words_among(text, yes, 2);
}

bool words_among(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0)
            return true;
    }
    return false;
}
