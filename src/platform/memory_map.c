/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/memory_map.h"

#include "core/log.h"
#include "lib/checked.h"
#include "lib/memory.h"

#define PAGE          4096u
#define TABLES_LOWEST 0x400u
#define ONE_MIB       (1ull << 20)
#define FOUR_GIB      (4ull << 30)

/* x86's physical addresses have at most 52 bits (AMD APM 2 §5.1). */
#define ADDRESS_LIMIT (1ull << 52)

static unsigned restrictiveness(uint32_t kind)
{
    switch (kind) {
    case MEMORY_RAM:
        return 0;
    case MEMORY_ACPI:
        return 1;
    case MEMORY_NVS:
        return 2;
    case MEMORY_PMEM:
        return 3;
    case MEMORY_RESERVED:
        return 4;
    case MEMORY_DISABLED:
        return 5;
    default:
        return 6;
    }
}

static uint64_t end_of(const struct memory_range *range)
{
    return range->base + range->size;
}

static bool insert(struct memory_map *map, size_t index, uint64_t base, uint64_t end, uint32_t kind)
{
    if (map->count == MEMORY_MAP_MAX)
        return false;
    memmove(&map->ranges[index + 1], &map->ranges[index],
            (map->count - index) * sizeof map->ranges[0]);
    map->ranges[index] = (struct memory_range){base, end - base, kind};
    map->count++;
    return true;
}

/* Makes `address` a border: no range goes across it. */
static bool split(struct memory_map *map, uint64_t address)
{
    for (size_t i = 0; i < map->count; i++) {
        struct memory_range *range = &map->ranges[i];
        if (address <= range->base || address >= end_of(range))
            continue;
        uint64_t end = end_of(range);
        if (!insert(map, i + 1, address, end, range->kind))
            return false;
        range->size = address - range->base;
        return true;
    }
    return true;
}

static void merge(struct memory_map *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct memory_range *last = kept > 0 ? &map->ranges[kept - 1] : NULL;
        const struct memory_range *range = &map->ranges[i];
        if (last != NULL && last->kind == range->kind && end_of(last) == range->base)
            last->size += range->size;
        else
            map->ranges[kept++] = *range;
    }
    map->count = kept;
}

/* Fills the gaps of [base, end) and gives what lies in it the more restrictive kind. Borders are
 * split before. */
static bool cover(struct memory_map *map, uint64_t base, uint64_t end, uint32_t kind)
{
    uint64_t position = base;
    size_t i = 0;
    while (i < map->count && end_of(&map->ranges[i]) <= base)
        i++;
    for (; position < end; i++) {
        uint64_t next = i < map->count ? MIN(map->ranges[i].base, end) : end;
        if (position < next) {
            if (!insert(map, i, position, next, kind))
                return false;
            position = next;
            continue;
        }
        struct memory_range *range = &map->ranges[i];
        if (restrictiveness(kind) > restrictiveness(range->kind))
            range->kind = kind;
        position = end_of(range);
    }
    return true;
}

static EFI_STATUS add(struct memory_map *map, uint64_t base, uint64_t end, uint32_t kind)
{
    if (base >= end)
        return EFI_SUCCESS;
    bool fits = split(map, base) && split(map, end) && cover(map, base, end, kind);
    merge(map);
    if (fits)
        return EFI_SUCCESS;
    if (kind == MEMORY_RAM) {
        log_warning("memory map: too many ranges, RAM at 0x%llx is left out",
                    (unsigned long long)base);
        return EFI_SUCCESS;
    }
    return log_failure(EFI_OUT_OF_RESOURCES, "memory map: more than %d ranges", MEMORY_MAP_MAX);
}

static uint32_t known_kind(uint32_t kind)
{
    return kind >= MEMORY_RAM && kind <= MEMORY_PMEM ? kind : MEMORY_RESERVED;
}

EFI_STATUS memory_map_add(struct memory_map *map, uint64_t base, uint64_t size, uint32_t kind)
{
    kind = known_kind(kind);
    uint64_t end;
    if (!checked_add(base, size, &end)) {
        log_warning("memory map: entry at 0x%llx with 0x%llx bytes of kind %u wraps around",
                    (unsigned long long)base, (unsigned long long)size, kind);
        if (kind == MEMORY_RAM)
            return EFI_SUCCESS;
        end = ADDRESS_LIMIT;
    }
    return add(map, base, MIN(end, ADDRESS_LIMIT), kind);
}

EFI_STATUS memory_map_finish(struct memory_map *map)
{
    /* In place: rounding makes no range that was not there, so the part that is still to be read
     * is never overtaken. */
    struct memory_map pages;
    pages.count = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct memory_range *range = &map->ranges[i];
        uint64_t base = ALIGN_DOWN(range->base, PAGE), end = ALIGN_UP(end_of(range), PAGE);
        if (range->kind == MEMORY_RAM) {
            base = ALIGN_UP(range->base, PAGE);
            end = ALIGN_DOWN(end_of(range), PAGE);
        }
        EFI_STATUS status = add(&pages, base, end, range->kind);
        if (EFI_ERROR(status))
            return status;
    }
    map->count = pages.count;
    memcpy(map->ranges, pages.ranges, pages.count * sizeof pages.ranges[0]);
    return EFI_SUCCESS;
}

static bool is_memory(uint32_t kind)
{
    return kind == MEMORY_RAM || kind == MEMORY_ACPI || kind == MEMORY_NVS;
}

bool memory_map_may_hold_tables(const struct memory_map *map, uint64_t address, uint64_t size)
{
    uint64_t end;
    if (size == 0 || !checked_add(address, size, &end) || end > FOUR_GIB)
        return false;
    if (address >= TABLES_LOWEST && end <= ONE_MIB)
        return true;

    /* [start, stop): memory without gaps, with what is reserved above it. */
    uint64_t start = 0, stop = 0;
    for (size_t i = 0; i < map->count; i++) {
        const struct memory_range *range = &map->ranges[i];
        bool adjoins = range->base == stop && stop != start;
        if (!adjoins && is_memory(range->kind))
            start = range->base;
        if (adjoins || is_memory(range->kind))
            stop = end_of(range);
        if (address >= TABLES_LOWEST && address >= start && end <= stop)
            return true;
    }
    return false;
}
