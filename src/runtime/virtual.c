/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* From physical to virtual addresses (UEFI 2.10 §8.4). */
#include "runtime/virtual.h"

#include "hw/pe.h"
#include "lib/macros.h"
#include "lib/memory.h"
#include "runtime/relocate.h"
#include "runtime/services.h"
#include "runtime/state.h"
#include "runtime/tables.h"

struct virtual_address_event {
    EFI_EVENT event;
    EFI_EVENT_NOTIFY function;
    void *context;
    EFI_TPL tpl;
};

static struct runtime_driver drivers[RUNTIME_DRIVERS];
static size_t driver_count;
static struct virtual_address_event events[RUNTIME_VIRTUAL_ADDRESS_EVENTS]; /* by falling TPL */
static size_t event_count;

/* The memory map, in which neighbours are one range; more ranges than fit are not compared with
 * anything. */
struct memory_range {
    uint64_t first_page, pages;
    bool is_runtime; /* memory of a runtime type */
};

static struct memory_range ranges[RUNTIME_MEMORY_RANGES];
static size_t range_count;

/* The caller's map; only while SetVirtualAddressMap runs. */
static const uint8_t *map;
static size_t map_size, descriptor_size;

EFI_STATUS virtual_add_driver(const struct runtime_driver *driver)
{
    if (driver_count == ARRAY_SIZE(drivers))
        return EFI_OUT_OF_RESOURCES;
    drivers[driver_count++] = *driver;
    return EFI_SUCCESS;
}

EFI_STATUS virtual_remove_driver(uint64_t base)
{
    for (size_t i = 0; i < driver_count; i++) {
        if (drivers[i].base != base)
            continue;
        drivers[i] = drivers[--driver_count];
        return EFI_SUCCESS;
    }
    return EFI_NOT_FOUND;
}

EFI_STATUS virtual_add_event(EFI_EVENT event, EFI_EVENT_NOTIFY function, void *context, EFI_TPL tpl)
{
    if (event_count == ARRAY_SIZE(events))
        return EFI_OUT_OF_RESOURCES;
    size_t at = event_count++;
    for (; at > 0 && events[at - 1].tpl < tpl; at--)
        events[at] = events[at - 1];
    events[at] = (struct virtual_address_event){event, function, context, tpl};
    return EFI_SUCCESS;
}

EFI_STATUS virtual_remove_event(EFI_EVENT event)
{
    for (size_t i = 0; i < event_count; i++) {
        if (events[i].event != event)
            continue;
        event_count--;
        memmove(&events[i], &events[i + 1], (event_count - i) * sizeof events[0]);
        return EFI_SUCCESS;
    }
    return EFI_NOT_FOUND;
}

/* False: there is no room. */
static bool add_range(const struct memory_range *range)
{
    struct memory_range *last = range_count > 0 ? &ranges[range_count - 1] : NULL;
    if (last != NULL && last->first_page + last->pages == range->first_page &&
        last->is_runtime == range->is_runtime) {
        last->pages += range->pages;
        return true;
    }
    if (range_count == ARRAY_SIZE(ranges))
        return false;
    ranges[range_count++] = *range;
    return true;
}

void virtual_set_memory_map(const EFI_MEMORY_DESCRIPTOR *memory_map, size_t count)
{
    range_count = 0;
    for (size_t i = 0; i < count; i++) {
        const EFI_MEMORY_DESCRIPTOR *d = &memory_map[i];
        const struct memory_range range = {
            .first_page = d->PhysicalStart >> EFI_PAGE_SHIFT,
            .pages = d->NumberOfPages,
            .is_runtime = d->Type == EfiRuntimeServicesCode || d->Type == EfiRuntimeServicesData,
        };
        if (!add_range(&range)) {
            range_count = 0;
            return;
        }
    }
}

/* How many pages from `page` on are in one range of the memory map. */
static uint64_t known_pages(uint64_t page)
{
    for (size_t i = 0; i < range_count; i++) {
        uint64_t offset = page - ranges[i].first_page;
        if (page >= ranges[i].first_page && offset < ranges[i].pages)
            return ranges[i].pages - offset;
    }
    return 0;
}

/* A descriptor may span several ranges: Linux merges neighbours. It also maps memory of ours that
 * was none of the runtime (a random seed, the memory attributes table), which is no error. */
static bool is_in_memory_map(const EFI_MEMORY_DESCRIPTOR *d)
{
    uint64_t first = d->PhysicalStart >> EFI_PAGE_SHIFT, known;
    for (uint64_t done = 0; done < d->NumberOfPages; done += known) {
        known = known_pages(first + done);
        if (known == 0)
            return false;
    }
    return true;
}

static bool names_only_memory_map(void)
{
    for (size_t at = 0; range_count > 0 && map_size - at >= descriptor_size;
         at += descriptor_size) {
        EFI_MEMORY_DESCRIPTOR d;
        memcpy(&d, map + at, sizeof d);
        if ((d.Attribute & EFI_MEMORY_RUNTIME) != 0 && !is_in_memory_map(&d))
            return false;
    }
    return true;
}

/* The virtual address of a byte that the map names. */
static bool to_virtual(uint64_t address, uint64_t *ret)
{
    for (size_t at = 0; map_size - at >= descriptor_size; at += descriptor_size) {
        EFI_MEMORY_DESCRIPTOR d;
        memcpy(&d, map + at, sizeof d);
        uint64_t offset = address - d.PhysicalStart;
        if (!(d.Attribute & EFI_MEMORY_RUNTIME) || address < d.PhysicalStart ||
            offset >> EFI_PAGE_SHIFT >= d.NumberOfPages)
            continue;
        *ret = d.VirtualStart + offset;
        return true;
    }
    return false;
}

/* The same for all of [base, base + size), which must stay in one piece. */
static bool range_to_virtual(uint64_t base, uint64_t size, uint64_t *ret)
{
    uint64_t first, last;
    if (!to_virtual(base, &first) || !to_virtual(base + size - 1, &last) ||
        last - first != size - 1)
        return false;
    *ret = first;
    return true;
}

static bool everything_is_mapped(void)
{
    const struct runtime_config *config = &runtime_state.config;
    uint64_t unused;
    if (!range_to_virtual(config->image_base, config->image_size, &unused))
        return false;
    for (size_t i = 0; i < driver_count; i++)
        if (!range_to_virtual(drivers[i].base, drivers[i].size, &unused))
            return false;
    for (size_t i = 0; i < range_count; i++) {
        uint64_t page = ranges[i].first_page, end = page + ranges[i].pages;
        for (; ranges[i].is_runtime && page < end; page++)
            if (!to_virtual(page << EFI_PAGE_SHIFT, &unused))
                return false;
    }
    return true;
}

static void convert_register(struct runtime_register *reg)
{
    if (reg->is_io || reg->access_bytes == 0)
        return;
    uint64_t address;
    if (to_virtual(reg->address, &address))
        reg->address = address;
    else
        reg->access_bytes = 0;
}

static void convert_registers(struct runtime_config *config)
{
    convert_register(&config->reset);
    convert_register(&config->sleep_control);
    convert_register(&config->pm1a_control);
    convert_register(&config->pm1b_control);
}

static void relocate_driver(const struct runtime_driver *driver)
{
    uint64_t to;
    if (!range_to_virtual(driver->base, driver->size, &to))
        return;
    relocate(&(struct relocation){
        .image = driver->base,
        .size = driver->size,
        .blocks = driver->relocations,
        .blocks_size = driver->relocations_size,
        .from = driver->relocated_to,
        .to = to,
    });
}

/* Our own headers are in our image; tools/elf2efi.py made them. */
static struct pe_data_directory own_relocations(uint64_t image)
{
    const uint8_t *bytes = (const uint8_t *)(uintptr_t)image;
    uint32_t headers;
    struct pe_data_directory directory;
    memcpy(&headers, bytes + PE_LFANEW, sizeof headers);
    memcpy(&directory,
           bytes + headers + sizeof(uint32_t) + sizeof(struct pe_file_header) +
               sizeof(struct pe_optional_header) + PE_DIRECTORY_RELOCATION * sizeof directory,
           sizeof directory);
    return directory;
}

/* From here on no function pointer of the image may be used: they point to where it will be mapped.
 */
static void relocate_self(void)
{
    uint64_t image = runtime_state.config.image_base, to;
    struct pe_data_directory relocations = own_relocations(image);
    if (!range_to_virtual(image, runtime_state.config.image_size, &to))
        return;
    relocate(&(struct relocation){
        .image = image,
        .size = runtime_state.config.image_size,
        .blocks = (const void *)(uintptr_t)(image + relocations.address),
        .blocks_size = relocations.size,
        .from = image,
        .to = to,
    });
}

static EFI_STATUS check_map(size_t size, size_t each, uint32_t version,
                            const EFI_MEMORY_DESCRIPTOR *descriptors)
{
    if (!runtime_state.at_runtime || runtime_state.is_virtual || map != NULL)
        return EFI_UNSUPPORTED;
    if (version != EFI_MEMORY_DESCRIPTOR_VERSION || each < sizeof *descriptors || size < each ||
        descriptors == NULL)
        return EFI_INVALID_PARAMETER;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_set_virtual_address_map(size_t MemoryMapSize, size_t DescriptorSize,
                                                  uint32_t DescriptorVersion,
                                                  EFI_MEMORY_DESCRIPTOR *VirtualMap)
{
    EFI_STATUS status = check_map(MemoryMapSize, DescriptorSize, DescriptorVersion, VirtualMap);
    if (EFI_ERROR(status))
        return status;

    map = (const uint8_t *)VirtualMap;
    map_size = MemoryMapSize;
    descriptor_size = DescriptorSize;
    if (!everything_is_mapped())
        status = EFI_NO_MAPPING;
    else if (!names_only_memory_map())
        status = EFI_NOT_FOUND;
    if (EFI_ERROR(status)) {
        map = NULL;
        return status;
    }

    for (size_t i = 0; i < event_count; i++)
        events[i].function(events[i].event, events[i].context);
    convert_registers(&runtime_state.config);
    for (size_t i = 0; i < driver_count; i++)
        relocate_driver(&drivers[i]);
    relocate_self();

    map = NULL;
    runtime_state.is_virtual = true;
    tables_update_checksums();
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI runtime_convert_pointer(size_t DebugDisposition, void **Address)
{
    if (map == NULL)
        return EFI_UNSUPPORTED;
    if (Address == NULL)
        return EFI_INVALID_PARAMETER;
    if (*Address == NULL)
        return DebugDisposition & EFI_OPTIONAL_PTR ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
    uint64_t address;
    if (!to_virtual((uint64_t)(uintptr_t)*Address, &address))
        return EFI_NOT_FOUND;
    *Address = (void *)(uintptr_t)address;
    return EFI_SUCCESS;
}
