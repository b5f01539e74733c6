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
static int second_event, removed_event;

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

static const struct runtime_driver *as_driver(struct image *image)
{
    static struct runtime_driver added;
    added = (struct runtime_driver){
        .base = (uint64_t)(uintptr_t)image,
        .size = IMAGE_SIZE,
        .relocations = image->bytes + RELOC_AT,
        .relocations_size = 16,
        .relocated_to = (uint64_t)(uintptr_t)image,
    };
    return &added;
}

#define MMIO      0xfea00000ull
#define DATA_BASE 0x7f000000ull

/* What the OS passes: the places of all that is used at runtime, and ordinary memory. */
static struct descriptor {
    EFI_MEMORY_DESCRIPTOR d;
    uint64_t more; /* as firmware may have descriptors longer than ours */
} map[6];

enum { DRIVER, OWN, REGISTERS, ORDINARY, LAST_DATA, FIRST_DATA };

static void make_map(void)
{
    const struct descriptor places[] = {
        [DRIVER] = {describe(driver, VIRTUAL + GAP), 0},
        [OWN] = {describe(own, VIRTUAL), 0},
        [REGISTERS] = {{.Type = EfiMemoryMappedIO,
                        .PhysicalStart = MMIO,
                        .VirtualStart = VIRTUAL + 2 * GAP,
                        .NumberOfPages = 1,
                        .Attribute = EFI_MEMORY_RUNTIME},
                       0},
        [ORDINARY] =
            {{.Type = EfiConventionalMemory, .PhysicalStart = 0xfeb00000, .NumberOfPages = 2}, 0},
        [LAST_DATA] = {{.Type = EfiRuntimeServicesData,
                        .PhysicalStart = DATA_BASE + PAGE,
                        .VirtualStart = VIRTUAL + 4 * GAP,
                        .NumberOfPages = 2,
                        .Attribute = EFI_MEMORY_RUNTIME},
                       0},
        [FIRST_DATA] = {{.Type = EfiRuntimeServicesData,
                         .PhysicalStart = DATA_BASE,
                         .VirtualStart = VIRTUAL + 3 * GAP,
                         .NumberOfPages = 1,
                         .Attribute = EFI_MEMORY_RUNTIME},
                        0},
    };
    memcpy(map, places, sizeof map);
}

static int set_up(void **state)
{
    own = make_image();
    driver = make_image();
    calls = 0;
    make_map();
    start(&(struct runtime_config){
        .image_base = (uint64_t)(uintptr_t)own,
        .image_size = IMAGE_SIZE,
        .reset = {MMIO + 0x10, false, 1},
        .sleep_control = {0xfeb00000, false, 1},
        .pm1a_control = {0x604, true, 2},
    });
    assert_int_equal(
        interface.add_virtual_address_event(&second_event, second_notify, NULL, TPL_CALLBACK),
        EFI_SUCCESS);
    assert_int_equal(interface.add_virtual_address_event(&calls, first_notify, driver, TPL_NOTIFY),
                     EFI_SUCCESS);
    assert_int_equal(interface.add_driver(as_driver(driver)), EFI_SUCCESS);

    EFI_MEMORY_DESCRIPTOR memory_map[] = {
        describe(own, 0),
        describe(driver, 0),
        {.Type = EfiRuntimeServicesData, .PhysicalStart = DATA_BASE, .NumberOfPages = 3},
        map[REGISTERS].d,
        map[ORDINARY].d,
    };
    interface.set_memory_map(memory_map, ARRAY_SIZE(memory_map));
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(interface.remove_virtual_address_event(&second_event), EFI_SUCCESS);
    assert_int_equal(interface.remove_virtual_address_event(&calls), EFI_SUCCESS);
    assert_int_equal(interface.remove_driver((uint64_t)(uintptr_t)driver), EFI_SUCCESS);
    free(own);
    free(driver);
    return 0;
}

static EFI_STATUS set_map(void)
{
    return rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, &map[0].d);
}

static void test_wrong_times(void **state)
{
    void *pointer = own;
    assert_int_equal(set_map(), EFI_UNSUPPORTED);
    interface.exit_boot_services();
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_UNSUPPORTED);
    assert_int_equal(calls, 0);
    assert_int_equal(set_map(), EFI_SUCCESS);
    assert_int_equal(set_map(), EFI_UNSUPPORTED);
    assert_int_equal(rt->ConvertPointer(0, &pointer), EFI_UNSUPPORTED);
    assert_int_equal(calls, 2);
}

static void test_arguments(void **state)
{
    interface.exit_boot_services();
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 2, &map[0].d),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, 39, 1, &map[0].d), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map, sizeof map[0], 1, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVirtualAddressMap(0, sizeof map[0], 1, &map[0].d),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(set_map(), EFI_SUCCESS);
}

static void test_missing_pages(void **state)
{
    interface.exit_boot_services();
    assert_int_equal(rt->SetVirtualAddressMap(sizeof map[0], sizeof map[0], 1, &map[0].d),
                     EFI_NO_MAPPING); /* we are not in it */
    map[DRIVER].d.NumberOfPages = 1;
    assert_int_equal(set_map(), EFI_NO_MAPPING);
    map[DRIVER].d.NumberOfPages = 2;
    /* A page of runtime data is missing. */
    assert_int_equal(
        rt->SetVirtualAddressMap(sizeof map - sizeof map[0], sizeof map[0], 1, &map[0].d),
        EFI_NO_MAPPING);
    assert_int_equal(calls, 0);
    assert_int_equal(set_map(), EFI_SUCCESS);
}

/* What is not in the memory map, be it only one page. */
static void test_unknown_pages(void **state)
{
    interface.exit_boot_services();
    static const uint64_t pages[] = {3, UINT64_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
        map[LAST_DATA].d.NumberOfPages = pages[i];
        assert_int_equal(set_map(), EFI_NOT_FOUND);
    }
    assert_int_equal(calls, 0);
    map[LAST_DATA].d.NumberOfPages = 2;
    assert_int_equal(set_map(), EFI_SUCCESS);
}

/* Linux maps other memory of the map, too, where it keeps tables of ours. */
static void test_other_memory(void **state)
{
    interface.exit_boot_services();
    map[ORDINARY].d.PhysicalStart += PAGE;
    map[ORDINARY].d.NumberOfPages = 1;
    map[ORDINARY].d.Attribute = EFI_MEMORY_RUNTIME;
    map[ORDINARY].d.VirtualStart = VIRTUAL + 5 * GAP;
    assert_int_equal(set_map(), EFI_SUCCESS);
}

static void test_images_are_relocated(void **state)
{
    interface.exit_boot_services();
    assert_int_equal(set_map(), EFI_SUCCESS);
    assert_int_equal(calls, 2);
    assert_int_equal(pointer_at(own, 0), VIRTUAL + 0x10);
    assert_int_equal(pointer_at(own, 1), VIRTUAL + IMAGE_SIZE);
    assert_int_equal(pointer_at(own, 2), VIRTUAL + DATA_AT);
    assert_int_equal(pointer_at(own, 3), (uint64_t)(uintptr_t)own + 0x20);
    assert_int_equal(pointer_at(driver, 0), VIRTUAL + GAP + 0x10);
    assert_int_equal(pointer_at(driver, 2), VIRTUAL + GAP + DATA_AT);
}

static void test_registers_and_tables(void **state)
{
    interface.exit_boot_services();
    assert_int_equal(set_map(), EFI_SUCCESS);
    assert_int_equal(runtime_state.config.reset.address, VIRTUAL + 2 * GAP + 0x10);
    assert_int_equal(runtime_state.config.sleep_control.access_bytes, 0); /* nobody maps it */
    assert_int_equal(runtime_state.config.pm1a_control.address, 0x604);
    assert_true(checksum_is_right(&rt->Hdr));
    assert_true(checksum_is_right(&interface.system_table->Hdr));
}

static void test_what_is_removed_is_not_called(void **state)
{
    assert_int_equal(
        interface.add_virtual_address_event(&removed_event, never_notify, NULL, TPL_NOTIFY),
        EFI_SUCCESS);
    assert_int_equal(interface.remove_virtual_address_event(&removed_event), EFI_SUCCESS);
    assert_int_equal(interface.remove_virtual_address_event(&removed_event), EFI_NOT_FOUND);

    struct image *unloaded = make_image();
    assert_int_equal(interface.add_driver(as_driver(unloaded)), EFI_SUCCESS);
    assert_int_equal(interface.remove_driver((uint64_t)(uintptr_t)unloaded), EFI_SUCCESS);
    assert_int_equal(interface.remove_driver((uint64_t)(uintptr_t)unloaded), EFI_NOT_FOUND);

    interface.exit_boot_services();
    assert_int_equal(set_map(), EFI_SUCCESS);
    assert_int_equal(calls, 2);
    assert_int_equal(pointer_at(unloaded, 0), (uint64_t)(uintptr_t)unloaded + 0x10);
    free(unloaded);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_wrong_times),          TEST(test_arguments),
        TEST(test_missing_pages),        TEST(test_unknown_pages),
        TEST(test_other_memory),         TEST(test_images_are_relocated),
        TEST(test_registers_and_tables), TEST(test_what_is_removed_is_not_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
