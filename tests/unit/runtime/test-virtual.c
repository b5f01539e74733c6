/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/runtime/start.h"

#include "hw/pe.h"
#include "lib/macros.h"
#include "runtime/state.h"

#define PAGE       0x1000u
#define RELOC_AT   0x800u
#define DATA_AT    PAGE
#define IMAGE_SIZE (2 * PAGE)
#define VIRTUAL    0xfffffffe00000000ull
#define GAP        0x10000000ull /* between the virtual places of neighbours */

/* An image with pointers at DATA_AT: to its first page, just behind its end, and somewhere else. */
struct image {
    uint8_t bytes[IMAGE_SIZE];
};

static struct image *own, *driver;

static uint64_t pointer_at(const struct image *image, unsigned index)
{
    uint64_t value;
    memcpy(&value, image->bytes + DATA_AT + 8 * index, sizeof value);
    return value;
}

static void set_pointer(struct image *image, unsigned index, uint64_t value)
{
    memcpy(image->bytes + DATA_AT + 8 * index, &value, sizeof value);
}

static struct image *make_image(void)
{
    struct image *image = aligned_alloc(PAGE, sizeof *image);
    memset(image, 0, sizeof *image);
    uint64_t base = (uint64_t)(uintptr_t)image;
    set_pointer(image, 0, base + 0x10);
    set_pointer(image, 1, base + IMAGE_SIZE);
    set_pointer(image, 2, base + DATA_AT);
    set_pointer(image, 3, base + 0x20); /* no relocation names it */

    const struct {
        struct pe_relocation_block block;
        uint16_t entries[4];
    } relocations = {{DATA_AT, 16}, {0xa000, 0xa008, 0xa010, 0}};
    memcpy(image->bytes + RELOC_AT, &relocations, sizeof relocations);
    uint32_t headers = 0x80;
    struct pe_data_directory directory = {RELOC_AT, sizeof relocations};
    memcpy(image->bytes + PE_LFANEW, &headers, sizeof headers);
    memcpy(image->bytes + headers + 4 + sizeof(struct pe_file_header) +
               sizeof(struct pe_optional_header) + PE_DIRECTORY_RELOCATION * sizeof directory,
           &directory, sizeof directory);
    return image;
}

static EFI_MEMORY_DESCRIPTOR describe(const struct image *image, uint64_t virtual_start)
{
    return (EFI_MEMORY_DESCRIPTOR){
        .Type = EfiRuntimeServicesCode,
        .PhysicalStart = (uint64_t)(uintptr_t)image,
        .VirtualStart = virtual_start,
        .NumberOfPages = 2,
        .Attribute = EFI_MEMORY_RUNTIME | EFI_MEMORY_WB,
    };
}

static unsigned calls;

static void EFIAPI first_notify(EFI_EVENT event, void *context)
{
    assert_int_equal(calls++, 0);
    assert_ptr_equal(event, &calls);
    assert_ptr_equal(context, driver);

    void *pointer = NULL;
    assert_int_equal(rt->ConvertPointer(0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->ConvertPointer(EFI_OPTIONAL_PTR, &pointer), EFI_SUCCESS);
    assert_null(pointer);
    pointer = &calls;
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_NOT_FOUND);
    assert_ptr_equal(pointer, &calls);

    /* The driver converts one of its pointers itself. */
    void *converted = driver->bytes + DATA_AT;
    assert_int_equal(rt->ConvertPointer(0, &converted), EFI_SUCCESS);
    assert_int_equal((uint64_t)(uintptr_t)converted, VIRTUAL + GAP + DATA_AT);
    set_pointer(driver, 2, (uint64_t)(uintptr_t)converted);
}

static void EFIAPI second_notify(EFI_EVENT event, void *context)
{
    assert_int_equal(calls++, 1);
    assert_int_equal(rt->SetVirtualAddressMap(0, 0, 0, NULL), EFI_UNSUPPORTED);
}

static void EFIAPI never_notify(EFI_EVENT event, void *context)
{
    fail();
}

static void add_everything(void)
{
    int events[3];
    assert_int_equal(
        interface.add_virtual_address_event(&events[0], second_notify, NULL, TPL_CALLBACK),
        EFI_SUCCESS);
    assert_int_equal(
        interface.add_virtual_address_event(&events[1], never_notify, NULL, TPL_NOTIFY),
        EFI_SUCCESS);
    assert_int_equal(interface.add_virtual_address_event(&calls, first_notify, driver, TPL_NOTIFY),
                     EFI_SUCCESS);
    assert_int_equal(interface.remove_virtual_address_event(&events[1]), EFI_SUCCESS);
    assert_int_equal(interface.remove_virtual_address_event(&events[1]), EFI_NOT_FOUND);

    struct runtime_driver added = {
        .base = (uint64_t)(uintptr_t)driver,
        .size = IMAGE_SIZE,
        .relocations = driver->bytes + RELOC_AT,
        .relocations_size = 16,
        .relocated_to = (uint64_t)(uintptr_t)driver,
    };
    assert_int_equal(interface.add_driver(&added), EFI_SUCCESS);
    added.base++;
    assert_int_equal(interface.add_driver(&added), EFI_SUCCESS);
    assert_int_equal(interface.remove_driver(added.base), EFI_SUCCESS);
    assert_int_equal(interface.remove_driver(added.base), EFI_NOT_FOUND);
}

#define MMIO      0xfea00000ull
#define DATA_BASE 0x7f000000ull

static void test_set_virtual_address_map(void **state)
{
    own = make_image();
    driver = make_image();
    start(&(struct runtime_config){
        .image_base = (uint64_t)(uintptr_t)own,
        .image_size = IMAGE_SIZE,
        .reset = {MMIO + 0x10, false, 1},
        .sleep_control = {0xfeb00000, false, 1},
        .pm1a_control = {0x604, true, 2},
    });
    add_everything();

    struct {
        EFI_MEMORY_DESCRIPTOR d;
        uint64_t more; /* as firmware may have descriptors longer than ours */
    } map[6] = {
        {describe(driver, VIRTUAL + GAP), 0},
        {describe(own, VIRTUAL), 0},
        {{.Type = EfiMemoryMappedIO,
          .PhysicalStart = MMIO,
          .VirtualStart = VIRTUAL + 2 * GAP,
          .NumberOfPages = 1,
          .Attribute = EFI_MEMORY_RUNTIME},
         0},
        {{.Type = EfiConventionalMemory, .PhysicalStart = 0xfeb00000, .NumberOfPages = 2}, 0},
        {{.Type = EfiRuntimeServicesData,
          .PhysicalStart = DATA_BASE + PAGE,
          .VirtualStart = VIRTUAL + 4 * GAP,
          .NumberOfPages = 2,
          .Attribute = EFI_MEMORY_RUNTIME},
         0},
        {{.Type = EfiRuntimeServicesData,
          .PhysicalStart = DATA_BASE,
          .VirtualStart = VIRTUAL + 3 * GAP,
          .NumberOfPages = 1,
          .Attribute = EFI_MEMORY_RUNTIME},
         0},
    };
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d),
                     EFI_UNSUPPORTED);
    EFI_MEMORY_DESCRIPTOR memory_map[] = {
        describe(own, 0),
        describe(driver, 0),
        {.Type = EfiRuntimeServicesData, .PhysicalStart = DATA_BASE, .NumberOfPages = 3},
        map[2].d,
        map[3].d,
    };
    interface.set_memory_map(memory_map, ARRAY_SIZE(memory_map));
    interface.exit_boot_services();
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 2, &map[0].d),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, 39, 1, &map[0].d), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(0, sizeof map[0], 1, &map[0].d),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map[0], sizeof map[0], 1, &map[0].d),
                     EFI_NO_MAPPING); /* we are not in it */
    map[0].d.NumberOfPages = 1;
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d),
                     EFI_NO_MAPPING);
    map[0].d.NumberOfPages = 2;
    /* A page of runtime data is missing. */
    assert_int_equal(
        rt->SetVirtualAddressMap(sizeof map - sizeof map[0], sizeof map[0], 1, &map[0].d),
        EFI_NO_MAPPING);
    /* What is not in the memory map, be it only one page. */
    static const uint64_t pages[] = {3, UINT64_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
        map[4].d.NumberOfPages = pages[i];
        assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d),
                         EFI_NOT_FOUND);
    }
    map[4].d.NumberOfPages = 2;
    /* Linux maps other memory of the map, too, where it keeps tables of ours. */
    map[3].d.PhysicalStart += PAGE;
    map[3].d.NumberOfPages = 1;
    map[3].d.Attribute = EFI_MEMORY_RUNTIME;
    map[3].d.VirtualStart = VIRTUAL + 5 * GAP;
    void *pointer = own;
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_UNSUPPORTED);
    assert_int_equal(calls, 0);

    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d),
                     EFI_SUCCESS);
    assert_int_equal(calls, 2);
    assert_int_equal(pointer_at(own, 0), VIRTUAL + 0x10);
    assert_int_equal(pointer_at(own, 1), VIRTUAL + IMAGE_SIZE);
    assert_int_equal(pointer_at(own, 2), VIRTUAL + DATA_AT);
    assert_int_equal(pointer_at(own, 3), (uint64_t)(uintptr_t)own + 0x20);
    assert_int_equal(pointer_at(driver, 0), VIRTUAL + GAP + 0x10);
    assert_int_equal(pointer_at(driver, 2), VIRTUAL + GAP + DATA_AT);
    assert_int_equal(runtime_state.config.reset.address, VIRTUAL + 2 * GAP + 0x10);
    assert_int_equal(runtime_state.config.sleep_control.access_bytes, 0); /* nobody maps it */
    assert_int_equal(runtime_state.config.pm1a_control.address, 0x604);
    assert_true(checksum_is_right(&rt->Hdr));
    assert_true(checksum_is_right(&interface.system_table->Hdr));

    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d),
                     EFI_UNSUPPORTED);
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_UNSUPPORTED);
    free(own);
    free(driver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_set_virtual_address_map)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
