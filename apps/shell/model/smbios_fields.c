/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/smbios_fields.h"

#include "lib/macros.h"

static const struct smbios_field bios[] = {
    {"Vendor", 4, 1, true},          {"Version", 5, 1, true},
    {"Start segment", 6, 2, false},  {"Release date", 8, 1, true},
    {"ROM size", 9, 1, false},       {"Characteristics", 10, 8, false},
    {"Major release", 20, 1, false}, {"Minor release", 21, 1, false},
};
static const struct smbios_field system[] = {
    {"Manufacturer", 4, 1, true},  {"Product", 5, 1, true},        {"Version", 6, 1, true},
    {"Serial number", 7, 1, true}, {"Wake-up type", 24, 1, false}, {"SKU", 25, 1, true},
    {"Family", 26, 1, true},
};
static const struct smbios_field baseboard[] = {
    {"Manufacturer", 4, 1, true},  {"Product", 5, 1, true},   {"Version", 6, 1, true},
    {"Serial number", 7, 1, true}, {"Asset tag", 8, 1, true}, {"Type", 13, 1, false},
};
static const struct smbios_field chassis[] = {
    {"Manufacturer", 4, 1, true},  {"Type", 5, 1, false},     {"Version", 6, 1, true},
    {"Serial number", 7, 1, true}, {"Asset tag", 8, 1, true},
};
static const struct smbios_field processor[] = {
    {"Socket", 4, 1, true},
    {"Type", 5, 1, false},
    {"Family", 6, 1, false},
    {"Manufacturer", 7, 1, true},
    {"Id", 8, 8, false},
    {"Version", 16, 1, true},
    {"Maximum speed (MHz)", 20, 2, false},
    {"Status", 24, 1, false},
    {"Cores", 35, 1, false},
    {"Cores enabled", 36, 1, false},
    {"Threads", 37, 1, false},
};
static const struct smbios_field memory_array[] = {
    {"Location", 4, 1, false},       {"Use", 5, 1, false},      {"Error correction", 6, 1, false},
    {"Capacity (KiB)", 7, 4, false}, {"Devices", 13, 2, false},
};
static const struct smbios_field memory_device[] = {
    {"Array", 4, 2, false},         {"Size (MiB)", 12, 2, false},  {"Form factor", 14, 1, false},
    {"Locator", 16, 1, true},       {"Bank", 17, 1, true},         {"Type", 18, 1, false},
    {"Speed (MT/s)", 21, 2, false}, {"Manufacturer", 23, 1, true}, {"Serial number", 24, 1, true},
};
static const struct smbios_field mapped_address[] = {
    {"First (KiB)", 4, 4, false},
    {"Last (KiB)", 8, 4, false},
    {"Array", 12, 2, false},
};
static const struct smbios_field boot[] = {{"Status", 10, 1, false}};

#define TYPE(number, words, array)                                                                 \
    {                                                                                              \
        number, ARRAY_SIZE(array), words, array                                                    \
    }
static const struct smbios_type types[] = {
    TYPE(0, "firmware", bios),
    TYPE(1, "system", system),
    TYPE(2, "board", baseboard),
    TYPE(3, "chassis", chassis),
    TYPE(4, "processor", processor),
    {11, 0, "strings of the maker", NULL},
    TYPE(16, "array of memory", memory_array),
    TYPE(17, "memory device", memory_device),
    TYPE(19, "addresses of a memory array", mapped_address),
    TYPE(32, "state of the last boot", boot),
    {127, 0, "end of the table", NULL},
};

const struct smbios_type *smbios_type(uint8_t type)
{
    for (size_t at = 0; at < ARRAY_SIZE(types); at++)
        if (types[at].type == type)
            return &types[at];
    return NULL;
}

const char *smbios_string(const EFI_SMBIOS_TABLE_HEADER *record, unsigned number, size_t limit)
{
    const char *text = (const char *)record;
    size_t at = record->Length;
    for (unsigned n = 1; number > 0 && at < limit && text[at] != '\0'; n++) {
        size_t start = at;
        while (at < limit && text[at] != '\0')
            at++;
        if (n == number)
            return at < limit ? text + start : "";
        at++;
    }
    return "";
}

size_t smbios_size(const EFI_SMBIOS_TABLE_HEADER *record, size_t limit)
{
    const char *text = (const char *)record;
    size_t at = record->Length;
    while (at + 1 < limit && (text[at] != '\0' || text[at + 1] != '\0'))
        at++;
    return MIN(at + 2, limit);
}
