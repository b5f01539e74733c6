/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/memory_attribute.h"

#include "arch/paging.h"
#include "core/pages.h"
#include "lib/checked.h"
#include "platform/memory_setup.h"

#define ATTRIBUTES (EFI_MEMORY_RP | EFI_MEMORY_XP | EFI_MEMORY_RO)

static uint64_t attributes_from_access(enum page_access access)
{
    switch (access) {
    case PAGE_READ:
        return EFI_MEMORY_RO | EFI_MEMORY_XP;
    case PAGE_READ_WRITE:
        return EFI_MEMORY_XP;
    case PAGE_READ_EXECUTE:
        return EFI_MEMORY_RO;
    case PAGE_ALL:
        return 0;
    case PAGE_NONE:
        break;
    }
    return EFI_MEMORY_RP;
}

static enum page_access access_from_attributes(uint64_t attributes)
{
    if ((attributes & EFI_MEMORY_RP) != 0)
        return PAGE_NONE;
    if ((attributes & EFI_MEMORY_XP) != 0)
        return (attributes & EFI_MEMORY_RO) != 0 ? PAGE_READ : PAGE_READ_WRITE;
    return (attributes & EFI_MEMORY_RO) != 0 ? PAGE_READ_EXECUTE : PAGE_ALL;
}

/* Is all of it RAM that the memory map knows? Page 0 stays unmapped (DESIGN decision 10). */
static bool is_memory(uint64_t base, uint64_t end)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    if (base == 0)
        return false;
    for (size_t i = 0; i < count && base < end; i++) {
        uint64_t next = map[i].PhysicalStart + map[i].NumberOfPages * EFI_PAGE_SIZE;
        if (base < map[i].PhysicalStart || base >= next)
            continue;
        if (map[i].Type == EfiReservedMemoryType || map[i].Type == EfiUnusableMemory ||
            map[i].Type == EfiMemoryMappedIO || map[i].Type == EfiMemoryMappedIOPortSpace)
            return false;
        base = next;
    }
    return base >= end;
}

static EFI_STATUS check_range(uint64_t base, uint64_t length, uint64_t *ret_end)
{
    uint64_t end;
    if (length == 0)
        return EFI_INVALID_PARAMETER;
    if (!IS_ALIGNED(base | length, EFI_PAGE_SIZE) || !checked_add(base, length, &end) ||
        !is_memory(base, end))
        return EFI_UNSUPPORTED;
    if (end > 4ull << 30) {
        EFI_STATUS status = memory_map_high();
        if (EFI_ERROR(status))
            return EFI_OUT_OF_RESOURCES;
    }
    *ret_end = end;
    return EFI_SUCCESS;
}

/* End of the pages from `base` on that have the same access. */
static uint64_t end_of_run(uint64_t base, uint64_t end, enum page_access access)
{
    uint64_t at = base + EFI_PAGE_SIZE;
    while (at < end && paging_query(at) == access)
        at += EFI_PAGE_SIZE;
    return at;
}

static EFI_STATUS EFIAPI get_attributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL *This,
                                        EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
                                        uint64_t *Attributes)
{
    uint64_t end;
    if (Attributes == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = check_range(BaseAddress, Length, &end);
    if (EFI_ERROR(status))
        return status;
    enum page_access access = paging_query(BaseAddress);
    if (end_of_run(BaseAddress, end, access) < end)
        return EFI_NO_MAPPING;
    *Attributes = attributes_from_access(access);
    return EFI_SUCCESS;
}

static EFI_STATUS change(uint64_t base, uint64_t length, uint64_t given, uint64_t set,
                         uint64_t clear)
{
    uint64_t end;
    if (given == 0 || (given & ~ATTRIBUTES) != 0)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = check_range(base, length, &end);
    while (!EFI_ERROR(status) && base < end) {
        enum page_access before = paging_query(base);
        uint64_t run = end_of_run(base, end, before);
        uint64_t attributes = attributes_from_access(before);
        if ((clear & attributes & EFI_MEMORY_RP) != 0)
            attributes = EFI_MEMORY_XP;
        else
            attributes = (attributes | set) & ~clear;
        if (access_from_attributes(attributes) != before)
            status = paging_protect(base, run - base, access_from_attributes(attributes));
        base = run;
    }
    return status;
}

static EFI_STATUS EFIAPI set_attributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL *This,
                                        EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
                                        uint64_t Attributes)
{
    return change(BaseAddress, Length, Attributes, Attributes, 0);
}

static EFI_STATUS EFIAPI clear_attributes(EFI_MEMORY_ATTRIBUTE_PROTOCOL *This,
                                          EFI_PHYSICAL_ADDRESS BaseAddress, uint64_t Length,
                                          uint64_t Attributes)
{
    return change(BaseAddress, Length, Attributes, 0, Attributes);
}

EFI_MEMORY_ATTRIBUTE_PROTOCOL memory_attribute_protocol = {
    .GetMemoryAttributes = get_attributes,
    .SetMemoryAttributes = set_attributes,
    .ClearMemoryAttributes = clear_attributes,
};
