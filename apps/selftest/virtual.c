/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* From physical to virtual addresses (UEFI 2.10 §8.4), as an OS does it that takes the memory
 * attributes table (§4.6.4) at its word. */
#include "selftest/virtual.h"

#include "efi/guid.h"
#include "selftest/attributes.h"
#include "selftest/exit.h"
#include "selftest/page_table.h"
#include "selftest/tap.h"

/* Each range has an entry of the highest page table to itself, and an odd place in it. */
#define FIRST_VIRTUAL 0xffff900000000000ull
#define STEP          (1ull << 39)
#define ODD           0x40005000ull
#define MAX_RANGES    48

static bool is_runtime(const EFI_MEMORY_DESCRIPTOR *d)
{
    return (d->Attribute & EFI_MEMORY_RUNTIME) != 0;
}

static uint64_t end_of(const EFI_MEMORY_DESCRIPTOR *d)
{
    return d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
}

/* Backwards, so that what was side by side is far apart, and in another order. */
static bool choose_addresses(void)
{
    unsigned range = MAX_RANGES;
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if (!is_runtime(d))
            continue;
        if (range == 0)
            return false;
        range--;
        d->VirtualStart = FIRST_VIRTUAL + range * (STEP + ODD);
    }
    return true;
}

uint64_t virtual_address(uint64_t physical)
{
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if (is_runtime(d) && physical >= d->PhysicalStart && physical < end_of(d))
            return d->VirtualStart + (physical - d->PhysicalStart);
    }
    return 0;
}

static uint64_t flags_of(const EFI_MEMORY_DESCRIPTOR *d, uint64_t physical)
{
    if (d->Type == EfiMemoryMappedIO || d->Type == EfiMemoryMappedIOPortSpace)
        return PAGE_PRESENT | PAGE_WRITE | PAGE_UNCACHED | PAGE_NO_EXECUTE;
    uint64_t attributes = attributes_of(physical);
    if (attributes == ATTRIBUTES_UNKNOWN)
        attributes = d->Type == EfiRuntimeServicesCode ? 0 : EFI_MEMORY_XP;
    return PAGE_PRESENT | ((attributes & EFI_MEMORY_RO) != 0 ? 0 : PAGE_WRITE) |
           ((attributes & EFI_MEMORY_XP) != 0 ? PAGE_NO_EXECUTE : 0);
}

static bool map_all(void)
{
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if (!is_runtime(d))
            continue;
        for (uint64_t at = d->PhysicalStart; at < end_of(d); at += EFI_PAGE_SIZE) {
            if (!page_table_map(virtual_address(at), at, flags_of(d, at)))
                return false;
        }
    }
    return true;
}

static bool unmap_physical(void)
{
    FOR_EACH_DESCRIPTOR(d, &final_map)
    {
        if (!is_runtime(d))
            continue;
        for (uint64_t at = d->PhysicalStart; at < end_of(d); at += EFI_PAGE_SIZE) {
            if (!page_table_map(at, 0, 0))
                return false;
        }
    }
    return true;
}

bool virtual_enter(void)
{
    if (!choose_addresses() || !page_table_make() || !map_all()) {
        tap_bail_out("no page tables for the runtime ranges");
        return false;
    }
    page_table_use();
    EFI_STATUS status = rt->SetVirtualAddressMap(final_map.size, final_map.step, final_map.version,
                                                 (EFI_MEMORY_DESCRIPTOR *)(void *)final_map.bytes);
    if (EFI_ERROR(status)) {
        tap_bail_out("SetVirtualAddressMap: %zx", status);
        return false;
    }
    st = (EFI_SYSTEM_TABLE *)(uintptr_t)virtual_address((uint64_t)(uintptr_t)st);
    if (!unmap_physical()) {
        tap_bail_out("no page tables without the physical addresses");
        return false;
    }
    page_table_use();
    rt = st->RuntimeServices;
    return true;
}
