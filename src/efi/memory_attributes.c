/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The memory attributes table (UEFI 2.10 §4.6.4): how the OS may protect runtime memory, which the
 * memory map reports in descriptors that mix code and data. */
#include "arch/paging.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/runtime_load.h"

#define MAX_ENTRIES 128

static EFI_MEMORY_ATTRIBUTES_TABLE *table;

static bool is_runtime(uint32_t type)
{
    return type == EfiRuntimeServicesCode || type == EfiRuntimeServicesData;
}

/* What the page tables say, which the image loader made of the sections. */
static uint64_t attribute_at(uint64_t address)
{
    switch (paging_query(address)) {
    case PAGE_READ:
        return EFI_MEMORY_RO | EFI_MEMORY_XP;
    case PAGE_READ_EXECUTE:
        return EFI_MEMORY_RO;
    case PAGE_ALL:
        return 0;
    default:
        return EFI_MEMORY_XP;
    }
}

static void add(uint32_t type, uint64_t start, uint64_t end, uint64_t attribute)
{
    if (table->NumberOfEntries == MAX_ENTRIES)
        return;
    table->Entry[table->NumberOfEntries++] = (EFI_MEMORY_DESCRIPTOR){
        .Type = type,
        .PhysicalStart = start,
        .NumberOfPages = (end - start) / EFI_PAGE_SIZE,
        .Attribute = EFI_MEMORY_RUNTIME | attribute,
    };
}

static void describe(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
    uint64_t start = descriptor->PhysicalStart;
    uint64_t end = start + descriptor->NumberOfPages * EFI_PAGE_SIZE;
    uint64_t attribute = attribute_at(start);
    for (uint64_t at = start; at < end; at += EFI_PAGE_SIZE) {
        uint64_t here = attribute_at(at);
        if (here == attribute)
            continue;
        add(descriptor->Type, start, at, attribute);
        start = at;
        attribute = here;
    }
    add(descriptor->Type, start, end, attribute);
}

void memory_attributes_update(void)
{
    if (table == NULL)
        return;
    table->NumberOfEntries = 0;
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i < count; i++)
        if (is_runtime(map[i].Type))
            describe(&map[i]);
}

EFI_STATUS memory_attributes_publish(void)
{
    void *memory;
    size_t size = sizeof *table + MAX_ENTRIES * sizeof(EFI_MEMORY_DESCRIPTOR);
    EFI_STATUS status = pool_allocate_type(EfiACPIReclaimMemory, size, &memory);
    if (EFI_ERROR(status))
        return status;
    table = memory;
    *table = (EFI_MEMORY_ATTRIBUTES_TABLE){
        .Version = EFI_MEMORY_ATTRIBUTES_TABLE_VERSION,
        .DescriptorSize = sizeof(EFI_MEMORY_DESCRIPTOR),
    };
    memory_attributes_update();
    return efi_install_configuration_table(GUID_OF(EFI_MEMORY_ATTRIBUTES_TABLE), table);
}
