/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/memory_services.h"

#include "arch/paging.h"
#include "core/critical.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/configuration_table.h"
#include "efi/event.h"
#include "efi/image_memory.h"
#include "efi/tpl.h"
#include "platform/memory_setup.h"

#define FOUR_GIB (4ull << 30)

static bool is_code_or_loader(uint32_t type)
{
    return type == EfiLoaderCode || type == EfiLoaderData || type == EfiBootServicesCode ||
           type == EfiRuntimeServicesCode || type >= EFI_MEMORY_TYPE_OEM_FIRST;
}

/* May pages of this type be executed that the running image allocates? */
static bool may_execute(uint32_t type)
{
    return is_code_or_loader(type) && image_allocation_access() == PAGE_ALL;
}

/* Memory is read-write and no-execute unless an old loader needs more (DESIGN decision 10). Freed
 * memory goes back to that, whatever an image had made of it. */
static void follow_allocation(uint64_t base, uint64_t size, uint32_t type)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (base + size > FOUR_GIB)
        status = memory_map_high();
    enum page_access access = may_execute(type) ? PAGE_ALL : PAGE_READ_WRITE;
    if (!EFI_ERROR(status) && (access != PAGE_READ_WRITE || type == EfiConventionalMemory))
        status = paging_protect(base, size, access);
    if (EFI_ERROR(status))
        log_error("memory: no page table for 0x%llx: pages stay as they were",
                  (unsigned long long)base);
}

/* The page map is being changed: who wants to know is told when the service has done its work. */
static void signal_change(void)
{
    event_group_queue(GUID_OF(EFI_EVENT_GROUP_MEMORY_MAP_CHANGE));
}

static EFI_STATUS tell_changes(EFI_STATUS status)
{
    tpl_dispatch();
    return status;
}

static bool valid_type(uint32_t type)
{
    if (type >= EFI_MEMORY_TYPE_OEM_FIRST)
        return true;
    return type < EfiMaxMemoryType && type != EfiConventionalMemory &&
           type != EfiPersistentMemory && type != EfiUnacceptedMemoryType;
}

EFI_STATUS EFIAPI efi_allocate_pages(EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType,
                                     size_t Pages, EFI_PHYSICAL_ADDRESS *Memory)
{
    if (Memory == NULL || !valid_type(MemoryType) || (unsigned)Type >= MaxAllocateType)
        return EFI_INVALID_PARAMETER;
    return tell_changes(pages_allocate(Type, MemoryType, Pages, Memory));
}

EFI_STATUS EFIAPI efi_free_pages(EFI_PHYSICAL_ADDRESS Memory, size_t Pages)
{
    return tell_changes(pages_free(Memory, Pages));
}

EFI_STATUS EFIAPI efi_get_memory_map(size_t *MemoryMapSize, EFI_MEMORY_DESCRIPTOR *MemoryMap,
                                     size_t *MapKey, size_t *DescriptorSize,
                                     uint32_t *DescriptorVersion)
{
    if (MemoryMapSize == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = memory_map_high();
    if (EFI_ERROR(status))
        log_error("memory: RAM above 4 GiB cannot be mapped: out of page tables");
    memory_attributes_reserve();

    /* The copy and its key belong together. */
    CRITICAL_SECTION();
    size_t count;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    size_t given = *MemoryMapSize;
    *MemoryMapSize = count * sizeof *map;
    if (DescriptorSize != NULL)
        *DescriptorSize = sizeof *map;
    if (DescriptorVersion != NULL)
        *DescriptorVersion = EFI_MEMORY_DESCRIPTOR_VERSION;
    if (given < *MemoryMapSize)
        return EFI_BUFFER_TOO_SMALL;
    if (MemoryMap == NULL)
        return EFI_INVALID_PARAMETER;

    for (size_t i = 0; i < count; i++) {
        MemoryMap[i] = map[i];
        MemoryMap[i].Pad = 0;
        MemoryMap[i].VirtualStart = 0;
        if (map[i].Type == EfiRuntimeServicesCode || map[i].Type == EfiRuntimeServicesData)
            MemoryMap[i].Attribute |= EFI_MEMORY_RUNTIME;
    }
    if (MapKey != NULL)
        *MapKey = pages_key();
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_allocate_pool(EFI_MEMORY_TYPE PoolType, size_t Size, void **Buffer)
{
    if (Buffer == NULL || !valid_type(PoolType))
        return EFI_INVALID_PARAMETER;
    return tell_changes(pool_allocate_type(PoolType, Size, Buffer));
}

EFI_STATUS EFIAPI efi_free_pool(void *Buffer)
{
    return tell_changes(pool_release(Buffer));
}

void memory_services_init(void)
{
    pages_set_access_hook(follow_allocation);
    pages_set_change_hook(signal_change);
    pool_set_execution_hook(may_execute);
}

void memory_services_fill(EFI_BOOT_SERVICES *table)
{
    table->AllocatePages = efi_allocate_pages;
    table->FreePages = efi_free_pages;
    table->GetMemoryMap = efi_get_memory_map;
    table->AllocatePool = efi_allocate_pool;
    table->FreePool = efi_free_pool;
}
