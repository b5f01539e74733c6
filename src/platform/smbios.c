/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/smbios.h"

#include "arch/io.h"
#include "core/log.h"
#include "hw/smbios.h"
#include "lib/memory.h"
#include "lib/reader.h"

#define SEARCH_BASE 0xf0000u
#define SEARCH_END  0x100000u
#define STEP        16u
#define TABLE_MAX   (1u << 20)

/* "_SM", which both anchors begin with */
#define ANCHOR      0x004d535fu
#define ANCHOR_MASK 0x00ffffffu

static bool sum_is_zero(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

static bool read_entry2(const uint8_t *bytes, size_t left, struct smbios2_entry *ret)
{
    if (left < sizeof *ret)
        return false;
    memcpy(ret, bytes, sizeof *ret);
    return memcmp(ret->anchor, "_SM_", 4) == 0 && ret->length >= sizeof *ret - 1 &&
           ret->length <= left && memcmp(ret->intermediate_anchor, "_DMI_", 5) == 0 &&
           sum_is_zero(bytes, ret->length);
}

static bool read_entry3(const uint8_t *bytes, size_t left, struct smbios3_entry *ret)
{
    if (left < sizeof *ret)
        return false;
    memcpy(ret, bytes, sizeof *ret);
    return memcmp(ret->anchor, "_SM3_", 5) == 0 && ret->length >= sizeof *ret &&
           ret->length <= left && sum_is_zero(bytes, ret->length);
}

static void take_table(const struct memory_map *map, uint64_t address, uint32_t size,
                       struct smbios *found)
{
    if (size == 0 || size > TABLE_MAX || !memory_map_may_hold_tables(map, address, size)) {
        log_warning("SMBIOS table at 0x%llx with %u bytes is not used", (unsigned long long)address,
                    size);
        return;
    }
    found->table = address;
    found->table_size = size;
}

/* An entry point at `at`? */
static void look_at(const uint8_t *candidate, uint32_t at, struct smbios *found,
                    struct smbios2_entry *entry2, struct smbios3_entry *entry3)
{
    if (found->entry3 == 0 && read_entry3(candidate, SEARCH_END - at, entry3))
        found->entry3 = at;
    if (found->entry2 == 0 && read_entry2(candidate, SEARCH_END - at, entry2))
        found->entry2 = at;
}

void smbios_find(const struct memory_map *map, struct smbios *ret)
{
    *ret = (struct smbios){0};
    const uint8_t *bytes = phys_to_virt(SEARCH_BASE, SEARCH_END - SEARCH_BASE);
    struct smbios2_entry entry2;
    struct smbios3_entry entry3;
    for (uint32_t offset = 0; offset < SEARCH_END - SEARCH_BASE; offset += STEP) {
        uint32_t anchor;
        __builtin_memcpy(&anchor, bytes + offset, sizeof anchor); /* 4,096 times: no call */
        if ((anchor & ANCHOR_MASK) == ANCHOR)
            look_at(bytes + offset, SEARCH_BASE + offset, ret, &entry2, &entry3);
    }
    if (ret->entry3 != 0)
        take_table(map, entry3.table_address, entry3.table_max_size, ret);
    if (ret->entry2 != 0 && ret->table == 0)
        take_table(map, entry2.table_address, entry2.table_length, ret);
}

/* The next string of a structure; false at the end of its list. */
static bool next_string(struct reader *r, const char **ret, size_t *ret_length)
{
    const char *text = (const char *)r->data + r->position;
    for (size_t length = 0;; length++) {
        uint8_t c;
        if (!reader_u8(r, &c))
            return false;
        if (c != 0)
            continue;
        *ret = text;
        *ret_length = length;
        return length > 0;
    }
}

/* Passes over a structure's strings: they end with two NULs, also when there is none. */
static MUST_CHECK bool skip_strings(struct reader *r)
{
    const char *text;
    size_t length;
    bool any = false;
    while (next_string(r, &text, &length))
        any = true;
    /* Without strings the list is two NULs, of which one was read. */
    return reader_left(r) > 0 && (any || reader_skip(r, 1));
}

const char *smbios_oem_string(const struct smbios *smbios, size_t n, size_t *ret_length)
{
    if (smbios->table == 0)
        return NULL;
    struct reader r =
        reader_make(phys_to_virt(smbios->table, smbios->table_size), smbios->table_size);
    for (;;) {
        struct smbios_header header;
        size_t start = r.position;
        if (!reader_copy(&r, &header, sizeof header) || header.length < sizeof header ||
            header.type == SMBIOS_TYPE_END_OF_TABLE || !reader_seek(&r, start) ||
            !reader_skip(&r, header.length))
            return NULL;
        struct reader strings = r;
        const char *text;
        while (header.type == SMBIOS_TYPE_OEM_STRINGS && next_string(&strings, &text, ret_length)) {
            if (n-- == 0)
                return text;
        }
        if (!skip_strings(&r))
            return NULL;
    }
}
