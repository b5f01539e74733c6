/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The memory attributes table (UEFI 2.10 §4.6.4): how the OS may protect runtime memory, which the
 * memory map reports in descriptors that mix code and data. */
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/runtime_load.h"

#define FIRST_CAPACITY 32
#define SPARE_ENTRIES  16 /* for protections that change when the map is known already */

static EFI_MEMORY_ATTRIBUTES_TABLE *table;
static size_t capacity;
static size_t needed;       /* entries; may be more than there is room for */
static size_t reserved_key; /* of the map for which there is room */

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
    if (needed++ >= capacity)
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

static void fill(void)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    table->NumberOfEntries = 0;
    needed = 0;
    for (size_t i = 0; i < count; i++)
        if (is_runtime(map[i].Type))
            describe(&map[i]);
}

void memory_attributes_update(void)
{
    if (table == NULL)
        return;
    fill();
    if (needed > capacity)
        log_warning("memory attributes table: %zu of %zu entries left out", needed - capacity,
                    needed);
}

static void allow_writing(uint64_t page)
{
    enum page_access access = paging_query(page);
    if (access != PAGE_READ && access != PAGE_READ_EXECUTE)
        return;
    EFI_STATUS status =
        paging_protect(page, EFI_PAGE_SIZE, access == PAGE_READ ? PAGE_READ_WRITE : PAGE_ALL);
    (void)status; /* a page that has protection of its own needs no further table */
}

void memory_attributes_allow_relocation(void)
{
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i < count; i++) {
        uint64_t end = map[i].PhysicalStart + map[i].NumberOfPages * EFI_PAGE_SIZE;
        for (uint64_t at = map[i].PhysicalStart; is_runtime(map[i].Type) && at < end;
             at += EFI_PAGE_SIZE)
            allow_writing(at);
    }
}

static EFI_STATUS publish(size_t entries)
{
    void *memory, *old = table;
    size_t size = sizeof *table + entries * sizeof(EFI_MEMORY_DESCRIPTOR);
    EFI_STATUS status = pool_allocate_type(EfiACPIReclaimMemory, size, &memory);
    if (EFI_ERROR(status))
        return status;
    table = memory;
    capacity = entries;
    *table = (EFI_MEMORY_ATTRIBUTES_TABLE){
        .Version = EFI_MEMORY_ATTRIBUTES_TABLE_VERSION,
        .DescriptorSize = sizeof(EFI_MEMORY_DESCRIPTOR),
    };
    fill();
    status = efi_install_configuration_table(GUID_OF(EFI_MEMORY_ATTRIBUTES_TABLE), table);
    if (!EFI_ERROR(status) && old != NULL)
        status = pool_release(old);
    return status;
}

void memory_attributes_reserve(void)
{
    if (table == NULL || pages_key() == reserved_key)
        return;
    fill();
    EFI_STATUS status = EFI_SUCCESS;
    if (needed > capacity)
        status = publish(needed + SPARE_ENTRIES);
    if (EFI_ERROR(status))
        log_failure(status, "memory attributes table");
    reserved_key = pages_key();
}

EFI_STATUS memory_attributes_publish(void)
{
    return publish(FIRST_CAPACITY);
}
