/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pages.h"

#include "core/critical.h"
#include "lib/checked.h"
#include "lib/memory.h"

#define FOUR_GIB (4ull << 30)

/* A change adds at most two descriptors; one that lets the array grow adds two more. */
#define SPARE_ENTRIES 8

/* The descriptors' Pad tells apart what pages_allocate() gave out, which may be freed, from what
 * was described. */
enum { DESCRIBED, ALLOCATED };

static EFI_MEMORY_DESCRIPTOR initial_map[128];
static EFI_MEMORY_DESCRIPTOR *map = initial_map;
static size_t map_count;
static size_t map_capacity = ARRAY_SIZE(initial_map);
static size_t map_key;
static void (*change_hook)(void);
static void (*access_hook)(uint64_t base, uint64_t size, uint32_t type);

static uint64_t end_of(const EFI_MEMORY_DESCRIPTOR *d)
{
    return d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
}

/* Index of the first descriptor that ends above `address`. */
static size_t find(uint64_t address)
{
    size_t low = 0, high = map_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (end_of(&map[middle]) > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void insert(size_t index, EFI_MEMORY_DESCRIPTOR descriptor)
{
    memmove(&map[index + 1], &map[index], (map_count - index) * sizeof *map);
    map[index] = descriptor;
    map_count++;
}

static void remove_at(size_t index)
{
    map_count--;
    memmove(&map[index], &map[index + 1], (map_count - index) * sizeof *map);
}

/* Makes `address` a border between two descriptors if it lies inside one. */
static void split_at(uint64_t address)
{
    size_t i = find(address);
    if (i == map_count || map[i].PhysicalStart >= address)
        return;
    EFI_MEMORY_DESCRIPTOR upper = map[i];
    map[i].NumberOfPages = (address - map[i].PhysicalStart) / EFI_PAGE_SIZE;
    upper.PhysicalStart = address;
    upper.NumberOfPages -= map[i].NumberOfPages;
    insert(i + 1, upper);
}

static void merge_with_next(size_t i)
{
    if (i + 1 >= map_count)
        return;
    EFI_MEMORY_DESCRIPTOR *a = &map[i], *b = &map[i + 1];
    if (end_of(a) != b->PhysicalStart || a->Type != b->Type || a->Attribute != b->Attribute ||
        a->Pad != b->Pad)
        return;
    a->NumberOfPages += b->NumberOfPages;
    remove_at(i + 1);
}

static void changed(void)
{
    map_key++;
    if (change_hook != NULL)
        change_hook();
}

/* Replaces all that is said of [base, base + pages). The caller made sure of spare entries. */
static void replace(EFI_MEMORY_DESCRIPTOR descriptor)
{
    split_at(descriptor.PhysicalStart);
    split_at(end_of(&descriptor));
    size_t i = find(descriptor.PhysicalStart);
    while (i < map_count && map[i].PhysicalStart < end_of(&descriptor))
        remove_at(i);
    insert(i, descriptor);
    merge_with_next(i);
    if (i > 0)
        merge_with_next(i - 1);
}

/* Highest `pages` of conventional memory that end at or below `limit`, aligned. Page 0 is never
 * given out. */
static bool find_free(uint64_t pages, uint64_t alignment, uint64_t limit, uint64_t *ret)
{
    uint64_t size;
    if (pages == 0 || !checked_mul(pages, EFI_PAGE_SIZE, &size))
        return false;
    for (size_t i = map_count; i-- > 0;) {
        const EFI_MEMORY_DESCRIPTOR *d = &map[i];
        if (d->Type != EfiConventionalMemory || d->PhysicalStart >= limit)
            continue;
        uint64_t start = MAX(d->PhysicalStart, EFI_PAGE_SIZE);
        uint64_t end = MIN(end_of(d), limit);
        if (end < start || end - start < size)
            continue;
        uint64_t place = ALIGN_DOWN(end - size, alignment);
        if (place >= start) {
            *ret = place;
            return true;
        }
    }
    return false;
}

static bool grow(void)
{
    if (map_count + SPARE_ENTRIES <= map_capacity)
        return true;
    uint64_t place;
    size_t capacity = map_capacity * 2;
    uint64_t pages = ALIGN_UP(capacity * sizeof *map, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
    if (!find_free(pages, EFI_PAGE_SIZE, FOUR_GIB, &place))
        return map_count + 2 <= map_capacity;

    EFI_MEMORY_DESCRIPTOR *bigger = (EFI_MEMORY_DESCRIPTOR *)(uintptr_t)place;
    memcpy(bigger, map, map_count * sizeof *map);
    uint64_t attributes = map[find(place)].Attribute;
    map = bigger;
    map_capacity = capacity;
    replace((EFI_MEMORY_DESCRIPTOR){.Type = EfiBootServicesData,
                                    .PhysicalStart = place,
                                    .NumberOfPages = pages,
                                    .Attribute = attributes});
    return true;
}

EFI_STATUS pages_add(uint64_t base, uint64_t size, uint32_t type, uint64_t attributes)
{
    CRITICAL_SECTION();
    uint64_t end;
    if (!IS_ALIGNED(base | size, EFI_PAGE_SIZE) || !checked_add(base, size, &end))
        return EFI_INVALID_PARAMETER;
    if (size == 0)
        return EFI_SUCCESS;
    if (!grow())
        return EFI_OUT_OF_RESOURCES;
    replace((EFI_MEMORY_DESCRIPTOR){.Type = type,
                                    .PhysicalStart = base,
                                    .NumberOfPages = size / EFI_PAGE_SIZE,
                                    .Attribute = attributes});
    changed();
    return EFI_SUCCESS;
}

/* Is all of [base, base + pages) in one descriptor of conventional memory? Neighbours are merged,
 * but different attributes keep them apart, so several are allowed. */
static bool all_free(uint64_t base, uint64_t pages)
{
    uint64_t size, end;
    if (!checked_mul(pages, EFI_PAGE_SIZE, &size) || !checked_add(base, size, &end))
        return false;
    for (uint64_t at = base; at < end;) {
        size_t i = find(at);
        if (i == map_count || map[i].PhysicalStart > at || map[i].Type != EfiConventionalMemory)
            return false;
        at = end_of(&map[i]);
    }
    return true;
}

static EFI_STATUS take(uint64_t base, uint64_t pages, uint32_t type)
{
    if (!grow())
        return EFI_OUT_OF_RESOURCES;
    if (!all_free(base, pages)) /* growing took some of it */
        return EFI_OUT_OF_RESOURCES;
    replace((EFI_MEMORY_DESCRIPTOR){.Type = type,
                                    .Pad = ALLOCATED,
                                    .PhysicalStart = base,
                                    .NumberOfPages = pages,
                                    .Attribute = map[find(base)].Attribute});
    changed();
    if (access_hook != NULL)
        access_hook(base, pages * EFI_PAGE_SIZE, type);
    return EFI_SUCCESS;
}

EFI_STATUS pages_allocate_aligned(uint32_t type, uint64_t count, uint64_t alignment, uint64_t limit,
                                  uint64_t *ret_address)
{
    CRITICAL_SECTION();
    uint64_t place;
    if (!grow())
        return EFI_OUT_OF_RESOURCES;
    if (!find_free(count, alignment, limit, &place))
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = take(place, count, type);
    if (!EFI_ERROR(status))
        *ret_address = place;
    return status;
}

EFI_STATUS pages_allocate(EFI_ALLOCATE_TYPE how, uint32_t type, uint64_t count, uint64_t *address)
{
    CRITICAL_SECTION();
    uint64_t limit;
    EFI_STATUS status;
    switch (how) {
    case AllocateAnyPages:
        status = pages_allocate_aligned(type, count, EFI_PAGE_SIZE, FOUR_GIB, address);
        if (status == EFI_OUT_OF_RESOURCES)
            status = pages_allocate_aligned(type, count, EFI_PAGE_SIZE, UINT64_MAX, address);
        return status;
    case AllocateMaxAddress:
        /* *address is the last byte that may be used. */
        if (!checked_add(*address, 1, &limit))
            limit = UINT64_MAX;
        return pages_allocate_aligned(type, count, EFI_PAGE_SIZE, ALIGN_DOWN(limit, EFI_PAGE_SIZE),
                                      address);
    case AllocateAddress:
        if (!IS_ALIGNED(*address, EFI_PAGE_SIZE) || *address == 0 || count == 0 ||
            !all_free(*address, count))
            return EFI_NOT_FOUND;
        return take(*address, count, type);
    default:
        return EFI_INVALID_PARAMETER;
    }
}

EFI_STATUS pages_free(uint64_t address, uint64_t count)
{
    CRITICAL_SECTION();
    uint64_t size, end;
    if (!IS_ALIGNED(address, EFI_PAGE_SIZE) || count == 0 ||
        !checked_mul(count, EFI_PAGE_SIZE, &size) || !checked_add(address, size, &end))
        return EFI_INVALID_PARAMETER;
    for (uint64_t at = address; at < end;) {
        size_t i = find(at);
        if (i == map_count || map[i].PhysicalStart > at || map[i].Pad != ALLOCATED)
            return EFI_NOT_FOUND;
        at = end_of(&map[i]);
    }
    if (!grow())
        return EFI_OUT_OF_RESOURCES;
    replace((EFI_MEMORY_DESCRIPTOR){.Type = EfiConventionalMemory,
                                    .PhysicalStart = address,
                                    .NumberOfPages = count,
                                    .Attribute = map[find(address)].Attribute});
    changed();
    if (access_hook != NULL)
        access_hook(address, size, EfiConventionalMemory);
    return EFI_SUCCESS;
}

const EFI_MEMORY_DESCRIPTOR *pages_map(size_t *ret_count)
{
    *ret_count = map_count;
    return map;
}

size_t pages_key(void)
{
    return map_key;
}

uint32_t pages_type(uint64_t address)
{
    CRITICAL_SECTION();
    size_t i = find(address);
    return i < map_count && map[i].PhysicalStart <= address ? map[i].Type : EfiMaxMemoryType;
}

void pages_set_change_hook(void (*hook)(void))
{
    change_hook = hook;
}

void pages_set_access_hook(void (*hook)(uint64_t base, uint64_t size, uint32_t type))
{
    access_hook = hook;
}

bool pages_are_device_memory(uint64_t base, uint64_t size)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *descriptors = pages_map(&count);
    for (size_t i = 0; i < count; i++) {
        const EFI_MEMORY_DESCRIPTOR *d = &descriptors[i];
        if (d->PhysicalStart < base + size &&
            base < d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE &&
            d->Type != EfiMemoryMappedIO && d->Type != EfiReservedMemoryType)
            return false;
    }
    return true;
}
