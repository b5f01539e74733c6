/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "guests/machine/machine.h"

#define ONE_MIB 0x100000ull

static uint8_t map[65536] __attribute__((aligned(8)));

static bool is_free(uint32_t type)
{
    return type == EfiConventionalMemory || (type >= EfiLoaderCode && type <= EfiBootServicesData);
}

static uint64_t overlap(const EFI_MEMORY_DESCRIPTOR *d, uint64_t base, uint64_t end)
{
    uint64_t start = d->PhysicalStart, stop = start + d->NumberOfPages * EFI_PAGE_SIZE;
    start = start > base ? start : base;
    stop = stop < end ? stop : end;
    return start < stop ? stop - start : 0;
}

/* The size of a descriptor; `*size` is that of all. */
static size_t read_map(size_t *size)
{
    size_t key, step;
    uint32_t version;
    if (EFI_ERROR(st->BootServices->GetMemoryMap(size, (EFI_MEMORY_DESCRIPTOR *)(void *)map, &key,
                                                 &step, &version)))
        *size = 0;
    return step;
}

/* How much the OS will have, and what the legacy range is. */
void tell_memory(void)
{
    size_t size = sizeof map, step = read_map(&size);
    uint64_t all = 0, low = 0, legacy_type = EfiMaxMemoryType;
    for (size_t at = 0; at < size; at += step) {
        const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(const void *)(map + at);
        if (overlap(d, 0xa0000, ONE_MIB) == 0x60000)
            legacy_type = d->Type;
        if (!is_free(d->Type))
            continue;
        all += d->NumberOfPages * EFI_PAGE_SIZE;
        low += overlap(d, ONE_MIB, 64 * ONE_MIB);
    }
    tell("free", all);
    tell("free-1-64", low);
    tell("legacy-type", legacy_type);
}

/* As loaders do: the map may change once. */
void exit_boot_services(void)
{
    EFI_STATUS status = EFI_INVALID_PARAMETER;
    for (unsigned i = 0; i < 2 && EFI_ERROR(status); i++) {
        size_t size = sizeof map, key, step;
        uint32_t version;
        status = st->BootServices->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)(void *)map, &key,
                                                &step, &version);
        if (!EFI_ERROR(status))
            status = st->BootServices->ExitBootServices(self, key);
    }
}

uint64_t ram_end(void)
{
    uint64_t end = 0;
    size_t size = sizeof map, step = read_map(&size);
    for (size_t at = 0; at < size; at += step) {
        const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(const void *)(map + at);
        uint64_t stop = d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
        if ((d->Attribute & EFI_MEMORY_WB) != 0 && stop > end)
            end = stop;
    }
    return end;
}

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
    const uint64_t *x = (const uint64_t *)(const void *)a, *y = (const uint64_t *)(const void *)b;
    return x[0] == y[0] && x[1] == y[1];
}

void tell_tables(void)
{
    static const EFI_GUID acpi20 = EFI_ACPI_20_TABLE_GUID, smbios3 = SMBIOS3_TABLE_GUID;
    for (size_t i = 0; i < st->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &st->ConfigurationTable[i];
        if (same(&table->VendorGuid, &acpi20))
            tell("acpi20", (uint64_t)(uintptr_t)table->VendorTable);
        if (same(&table->VendorGuid, &smbios3))
            tell("smbios3", (uint64_t)(uintptr_t)table->VendorTable);
    }
}
