/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "runtime/relocate.h"

#include "hw/pe.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/reader.h"

static void fix_pointer(const struct relocation *r, uint64_t offset)
{
    uint64_t value;
    if (!range_within(offset, sizeof value, r->size))
        return;
    uint8_t *place = (uint8_t *)(uintptr_t)r->image + offset;
    memcpy(&value, place, sizeof value);
    /* An address just behind the last byte is a pointer to the end of an array. */
    if (value - r->from > r->size)
        return;
    value += r->to - r->from;
    memcpy(place, &value, sizeof value);
}

static void fix_page(const struct relocation *r, uint32_t page, struct reader *entries)
{
    uint16_t entry;
    while (reader_u16(entries, &entry))
        if (entry >> 12 == PE_RELOCATION_DIR64)
            fix_pointer(r, (uint64_t)page + (entry & 0xfff));
}

void relocate(const struct relocation *r)
{
    struct reader blocks = reader_make(r->blocks, r->blocks_size);
    struct pe_relocation_block block;
    while (reader_copy(&blocks, &block, sizeof block) && block.size >= sizeof block) {
        struct reader entries;
        uint32_t size = block.size - (uint32_t)sizeof block;
        if (!reader_window(&blocks, blocks.position, size, &entries) || !reader_skip(&blocks, size))
            return;
        fix_page(r, block.page, &entries);
    }
}
