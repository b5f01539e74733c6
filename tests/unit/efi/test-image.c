/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Image services over the real handle database; functions of this program pose as the images' code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/pool.h"
#include "efi/debug_image.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/image.h"
#include "efi/image_memory.h"
#include "efi/open_protocol.h"
#include "efi/protocol/hii_database.h"
#include "efi/tpl.h"
#include "host/pool.h"
#include "platform/machine.h"
#include "unit/efi/fake-memory.h"
#include "unit/efi/tiny-pe.h"

static EFI_SYSTEM_TABLE system_table;
static EFI_HANDLE parent;

const char *host_option(const char *key)
{
    return NULL;
}

static EFI_STATUS EFIAPI unused_entry(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    return EFI_ABORTED;
}

static int setup(void **state)
{
    if (fake_memory_setup(state) != 0)
        return -1;
    handles_reset();
    tpl_reset();
    image_services_init(&system_table, NULL);
    return image_add_builtin("test", unused_entry, &parent) == EFI_SUCCESS ? 0 : -1;
}

static EFI_STATUS load(const struct tiny_pe *pe, EFI_HANDLE *ret)
{
    return efi_load_image(false, parent, NULL, (void *)pe, sizeof *pe, ret);
}

/* Loads the tiny image with `function` as its entry point. */
static EFI_HANDLE load_function(EFI_IMAGE_ENTRY_POINT function, uint16_t subsystem)
{
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle = NULL;
    pe.h.optional.subsystem = subsystem;
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    image_find(handle)->entry = (uintptr_t)function;
    return handle;
}

static EFI_HANDLE load_application(EFI_IMAGE_ENTRY_POINT function)
{
    return load_function(function, PE_SUBSYSTEM_EFI_APPLICATION);
}

static EFI_LOADED_IMAGE_PROTOCOL *loaded_image(EFI_HANDLE handle)
{
    return handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
}

static size_t free_pages(void)
{
    size_t count, pages = 0;
    const EFI_MEMORY_DESCRIPTOR *map = pages_map(&count);
    for (size_t i = 0; i < count; i++)
        if (map[i].Type == EfiConventionalMemory)
            pages += map[i].NumberOfPages;
    return pages;
}

static void test_load(void **state)
{
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle = NULL;
    size_t pages = free_pages();
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    assert_int_equal(free_pages(), pages - TINY_IMAGE_SIZE / EFI_PAGE_SIZE);

    EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    assert_non_null(loaded);
    assert_int_equal(loaded->Revision, 0x1000);
    assert_ptr_equal(loaded->ParentHandle, parent);
    assert_ptr_equal(loaded->SystemTable, &system_table);
    assert_null(loaded->DeviceHandle);
    assert_null(loaded->FilePath);
    assert_null(loaded->LoadOptions);
    assert_int_equal(loaded->LoadOptionsSize, 0);
    assert_int_equal(loaded->ImageSize, TINY_IMAGE_SIZE);
    assert_int_equal(loaded->ImageCodeType, EfiLoaderCode);
    assert_int_equal(loaded->ImageDataType, EfiLoaderData);
    assert_null(loaded->Unload);
    assert_true(handle_supports(handle, GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL)));
    assert_null(handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL)));

    uint64_t base = (uintptr_t)loaded->ImageBase, pointer;
    memcpy(&pointer, (void *)(base + TINY_DATA), sizeof pointer);
    assert_int_equal(pointer, base + TINY_TEXT + 0x10);
    assert_int_equal(pages_type(base), EfiLoaderCode);
    assert_int_equal(fake_query(base), PAGE_READ);
    assert_int_equal(fake_query(base + TINY_TEXT), PAGE_READ_EXECUTE);
    assert_int_equal(fake_query(base + TINY_DATA), PAGE_READ_WRITE);
    assert_int_equal(fake_query(base + TINY_DATA + 0x1000), PAGE_READ_WRITE);
    assert_int_equal(fake_query(base + TINY_RELOC), PAGE_READ);
    assert_ptr_equal(image_at(base + TINY_IMAGE_SIZE - 1), image_find(handle));
    assert_null(image_at(base + TINY_IMAGE_SIZE));

    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_false(handle_is_valid(handle));
    assert_int_equal(free_pages(), pages);
    assert_int_equal(efi_unload_image(handle), EFI_INVALID_PARAMETER);
}

static void test_memory_types(void **state)
{
    static const struct {
        uint16_t subsystem;
        EFI_MEMORY_TYPE code, data;
    } rows[] = {
        {PE_SUBSYSTEM_EFI_APPLICATION, EfiLoaderCode, EfiLoaderData},
        {PE_SUBSYSTEM_EFI_BOOT_DRIVER, EfiBootServicesCode, EfiBootServicesData},
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        EFI_HANDLE handle = load_function(unused_entry, rows[i].subsystem);
        EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
        assert_int_equal(loaded->ImageCodeType, rows[i].code);
        assert_int_equal(loaded->ImageDataType, rows[i].data);
        assert_int_equal(pages_type((uintptr_t)loaded->ImageBase), rows[i].code);
        assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    }
}

static void test_old_images(void **state)
{
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle = NULL;
    pe.h.optional.section_alignment = 0x200;
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    uint64_t base = (uintptr_t)loaded_image(handle)->ImageBase;
    for (uint64_t at = 0; at < TINY_IMAGE_SIZE; at += EFI_PAGE_SIZE)
        assert_int_equal(fake_query(base + at), PAGE_ALL);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);

    pe = tiny_pe();
    pe.h.sections[TINY_SECTION_TEXT].characteristics |= PE_SCN_MEM_WRITE;
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    base = (uintptr_t)loaded_image(handle)->ImageBase;
    assert_int_equal(fake_query(base), PAGE_READ);
    assert_int_equal(fake_query(base + TINY_TEXT), PAGE_ALL);
    assert_int_equal(fake_query(base + TINY_DATA), PAGE_READ_WRITE);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
}

static void test_fixed_base(void **state)
{
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE first = NULL, second = NULL;
    size_t pages = free_pages();
    pe.h.file.characteristics |= PE_FILE_RELOCS_STRIPPED;
    pe.h.optional.image_base = FAKE_MEMORY_BASE + 0x800000;
    assert_int_equal(load(&pe, &first), EFI_SUCCESS);
    assert_ptr_equal(loaded_image(first)->ImageBase, (void *)(FAKE_MEMORY_BASE + 0x800000));
    assert_int_equal(load(&pe, &second), EFI_OUT_OF_RESOURCES);
    assert_null(second);
    assert_int_equal(efi_unload_image(first), EFI_SUCCESS);
    pe.h.optional.image_base = 0x123456;
    assert_int_equal(load(&pe, &second), EFI_OUT_OF_RESOURCES);
    assert_int_equal(free_pages(), pages);
}

static void test_bad_arguments(void **state)
{
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle = (EFI_HANDLE)0x1234;
    EFI_DEVICE_PATH_PROTOCOL endless[16] = {{0}};
    assert_int_equal(efi_load_image(false, parent, NULL, &pe, sizeof pe, NULL),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_load_image(false, NULL, NULL, &pe, sizeof pe, &handle),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_load_image(false, &pe, NULL, &pe, sizeof pe, &handle),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_load_image(false, parent, NULL, NULL, sizeof pe, &handle), EFI_NOT_FOUND);
    assert_int_equal(efi_load_image(false, parent, endless, &pe, sizeof pe, &handle),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(efi_load_image(false, parent, NULL, &pe, 0, &handle), EFI_LOAD_ERROR);
    pe.h.file.machine = 0x14c;
    assert_int_equal(load(&pe, &handle), EFI_UNSUPPORTED);
    pe.h.magic = 0;
    assert_int_equal(load(&pe, &handle), EFI_LOAD_ERROR);
    pe = tiny_pe();
    pe.relocations.block.size = 0;
    assert_int_equal(load(&pe, &handle), EFI_LOAD_ERROR);
    assert_ptr_equal(handle, (EFI_HANDLE)0x1234);

    assert_int_equal(efi_start_image(NULL, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_start_image(&pe, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_exit(&pe, 0, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_unload_image(NULL), EFI_INVALID_PARAMETER);
}

/* Fails each allocation in turn; ASan sees what is not given back. */
static void test_out_of_memory(void **state)
{
    struct tiny_pe pe = tiny_pe();
    size_t pages = free_pages();
    for (size_t i = 0;; i++) {
        EFI_HANDLE handle = NULL;
        host_fail_allocation_after(i);
        EFI_STATUS status = load(&pe, &handle);
        host_fail_allocation_after(SIZE_MAX);
        if (!EFI_ERROR(status)) {
            assert_true(i > 1);
            assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
            break;
        }
        assert_int_equal(status, EFI_OUT_OF_RESOURCES);
        assert_null(handle);
        assert_int_equal(free_pages(), pages);
    }
    fake_paging.fail_with = EFI_OUT_OF_RESOURCES;
    EFI_HANDLE handle;
    assert_int_equal(load(&pe, &handle), EFI_OUT_OF_RESOURCES);
    fake_paging.fail_with = EFI_SUCCESS;
    assert_int_equal(free_pages(), pages);
}

static EFI_HANDLE seen_handle;

static EFI_STATUS EFIAPI returns(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    seen_handle = handle;
    assert_ptr_equal(table, &system_table);
    assert_ptr_equal(image_current(), image_find(handle));
    /* One that is running cannot be started again, nor unloaded. */
    assert_int_equal(efi_start_image(handle, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_unload_image(handle), EFI_UNSUPPORTED);
    return EFI_NOT_FOUND;
}

static void test_return(void **state)
{
    size_t pages = free_pages(), size = 42;
    char16_t *data = (char16_t *)&size;
    EFI_HANDLE handle = load_application(returns);
    assert_int_equal(efi_start_image(handle, &size, &data), EFI_NOT_FOUND);
    assert_ptr_equal(seen_handle, handle);
    assert_null(data);
    assert_int_equal(size, 0);
    assert_null(image_current());
    assert_false(handle_is_valid(handle)); /* applications are unloaded when they return */
    assert_int_equal(free_pages(), pages);
    assert_int_equal(efi_start_image(handle, NULL, NULL), EFI_INVALID_PARAMETER);
}

static EFI_STATUS EFIAPI inner(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    static char16_t data[] = {'b', 'y', 'e', 0, 7};
    EFI_HANDLE idle = load_application(unused_entry);
    assert_int_equal(efi_exit(idle, 0, 0, NULL), EFI_SUCCESS); /* never started: unloaded */
    assert_false(handle_is_valid(idle));
    assert_int_equal(efi_exit(seen_handle, 0, 0, NULL), EFI_INVALID_PARAMETER); /* started us */
    efi_exit(handle, EFI_DEVICE_ERROR, sizeof data, data);
    return EFI_ABORTED;
}

static EFI_STATUS EFIAPI outer(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    size_t size;
    char16_t *data;
    seen_handle = handle;
    EFI_HANDLE child = load_application(inner);
    const struct image *me = image_current();
    assert_int_equal(efi_start_image(child, &size, &data), EFI_DEVICE_ERROR);
    assert_ptr_equal(image_current(), me);
    assert_int_equal(size, 10);
    assert_memory_equal(data, ((char16_t[]){'b', 'y', 'e', 0, 7}), 10);
    pool_free(data);

    child = load_application(inner); /* nobody wants the data */
    assert_int_equal(efi_start_image(child, NULL, NULL), EFI_DEVICE_ERROR);
    efi_exit(handle, 0x12, 0, NULL);
    return EFI_ABORTED;
}

static void test_nested_exit(void **state)
{
    size_t pages = free_pages();
    for (int i = 0; i < 200; i++) {
        EFI_HANDLE handle = load_application(outer);
        assert_int_equal(efi_start_image(handle, NULL, NULL), 0x12);
        assert_null(image_current());
    }
    assert_int_equal(free_pages(), pages);
}

static EFI_STATUS unload_status;
static unsigned unload_calls;

static EFI_STATUS EFIAPI unload(EFI_HANDLE handle)
{
    unload_calls++;
    return unload_status;
}

static EFI_STATUS EFIAPI driver(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    assert_int_equal(efi_open_protocol(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&loaded,
                                       handle, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
                     EFI_SUCCESS);
    if (unload_status != EFI_UNSUPPORTED)
        loaded->Unload = unload;
    return EFI_SUCCESS;
}

static void test_driver(void **state)
{
    size_t pages = free_pages();
    unload_status = EFI_UNSUPPORTED;
    EFI_HANDLE stays = load_function(driver, PE_SUBSYSTEM_EFI_BOOT_DRIVER);
    assert_int_equal(efi_start_image(stays, NULL, NULL), EFI_SUCCESS);
    assert_true(handle_is_valid(stays));
    assert_int_equal(efi_start_image(stays, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_exit(stays, 0, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_unload_image(stays), EFI_UNSUPPORTED);

    unload_status = EFI_ACCESS_DENIED;
    EFI_HANDLE goes = load_function(driver, PE_SUBSYSTEM_EFI_BOOT_DRIVER);
    assert_int_equal(efi_start_image(goes, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(efi_unload_image(goes), EFI_ACCESS_DENIED);
    assert_true(handle_is_valid(goes));
    unload_status = EFI_SUCCESS;
    assert_int_equal(efi_unload_image(goes), EFI_SUCCESS);
    assert_int_equal(unload_calls, 2);
    assert_false(handle_is_valid(goes));

    loaded_image(stays)->Unload = unload;
    assert_int_equal(efi_unload_image(stays), EFI_SUCCESS);
    assert_int_equal(free_pages(), pages);

    EFI_HANDLE fails = load_function(returns, PE_SUBSYSTEM_EFI_BOOT_DRIVER);
    assert_int_equal(efi_start_image(fails, NULL, NULL), EFI_NOT_FOUND);
    assert_false(handle_is_valid(fails));
}

static EFI_STATUS EFIAPI raises_tpl(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    efi_raise_tpl(TPL_NOTIFY);
    efi_exit(handle, 0, 0, NULL);
    return EFI_ABORTED;
}

static void test_tpl(void **state)
{
    assert_int_equal(efi_start_image(load_application(raises_tpl), NULL, NULL), EFI_SUCCESS);
    assert_int_equal(tpl_current(), TPL_APPLICATION);
}

/* The memory of an image that an old one loads is executable at first. */
static void all_access(uint64_t base, uint64_t size, uint32_t type)
{
    fake_protect(base, size, type == EfiConventionalMemory ? PAGE_READ_WRITE : PAGE_ALL);
}

static void test_loaded_by_old_image(void **state)
{
    pages_set_access_hook(all_access);
    EFI_HANDLE handle = load_application(unused_entry);
    pages_set_access_hook(fake_follow);
    uint64_t base = (uintptr_t)loaded_image(handle)->ImageBase;
    assert_int_equal(fake_query(base), PAGE_READ);
    assert_int_equal(fake_query(base + TINY_TEXT), PAGE_READ_EXECUTE);
    assert_int_equal(fake_query(base + TINY_DATA), PAGE_READ_WRITE);
    assert_int_equal(fake_query(base + TINY_DATA + 0x1000), PAGE_READ_WRITE);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
}

static enum page_access seen_access;

static EFI_STATUS EFIAPI asks_access(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    seen_access = image_allocation_access();
    return EFI_SUCCESS;
}

static void test_allocation_access(void **state)
{
    assert_int_equal(image_allocation_access(), PAGE_READ_WRITE);
    efi_start_image(load_application(asks_access), NULL, NULL);
    assert_int_equal(seen_access, PAGE_READ_WRITE);

    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle;
    pe.h.optional.dll_characteristics = 0;
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    image_find(handle)->entry = (uintptr_t)asks_access;
    efi_start_image(handle, NULL, NULL);
    assert_int_equal(seen_access, PAGE_ALL);
    assert_true(image_memory_protocol_offered());
}

static void test_debug_table(void **state)
{
    EFI_DEBUG_IMAGE_INFO_TABLE_HEADER *table = debug_image_table();
    EFI_HANDLE loaded[40];
    for (size_t i = 0; i < ARRAY_SIZE(loaded); i++)
        loaded[i] = load_application(unused_entry);
    assert_int_equal(table->UpdateStatus, EFI_DEBUG_IMAGE_INFO_TABLE_MODIFIED);
    assert_true(table->TableSize >= 41);
    size_t found = 0;
    for (size_t i = 0; i < table->TableSize; i++) {
        const EFI_DEBUG_IMAGE_INFO_NORMAL *normal = table->EfiDebugImageInfoTable[i].NormalImage;
        if (normal != NULL && normal->ImageHandle == loaded[17]) {
            assert_int_equal(*table->EfiDebugImageInfoTable[i].ImageInfoType, 1);
            assert_ptr_equal(normal->LoadedImageProtocolInstance, loaded_image(loaded[17]));
            found++;
        }
    }
    assert_int_equal(found, 1);
    uint32_t size = table->TableSize;
    for (size_t i = 0; i < ARRAY_SIZE(loaded); i++)
        assert_int_equal(efi_unload_image(loaded[i]), EFI_SUCCESS);
    EFI_HANDLE again = load_application(unused_entry);
    assert_int_equal(table->TableSize, size); /* entries are used again */
    assert_int_equal(efi_unload_image(again), EFI_SUCCESS);
}

static struct runtime_driver registered;
static uint64_t removed;

static EFI_STATUS add_driver(const struct runtime_driver *new)
{
    registered = *new;
    return EFI_SUCCESS;
}

static EFI_STATUS remove_driver(uint64_t base)
{
    removed = base;
    return EFI_SUCCESS;
}

static void test_runtime_driver(void **state)
{
    static const struct runtime_interface runtime = {.add_driver = add_driver,
                                                     .remove_driver = remove_driver};
    struct tiny_pe pe = tiny_pe();
    EFI_HANDLE handle;
    size_t pages = free_pages();
    pe.h.optional.subsystem = PE_SUBSYSTEM_EFI_RUNTIME_DRIVER;
    assert_int_equal(load(&pe, &handle), EFI_UNSUPPORTED); /* no runtime */
    assert_int_equal(free_pages(), pages);

    image_services_init(&system_table, &runtime);
    assert_int_equal(load(&pe, &handle), EFI_SUCCESS);
    EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    assert_int_equal(loaded->ImageCodeType, EfiRuntimeServicesCode);
    assert_int_equal(pages_type((uintptr_t)loaded->ImageBase), EfiRuntimeServicesCode);
    assert_int_equal(registered.base, (uintptr_t)loaded->ImageBase);
    assert_int_equal(registered.relocated_to, registered.base);
    assert_int_equal(registered.size, TINY_IMAGE_SIZE);
    assert_int_equal(registered.relocations_size, 16);
    assert_memory_equal(registered.relocations, &pe.relocations, 16);
    assert_int_equal(pages_type((uintptr_t)registered.relocations), EfiRuntimeServicesData);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_int_equal(removed, registered.base);
    assert_int_equal(free_pages(), pages);
    image_services_init(&system_table, NULL);
}

/* A tree of three levels that leads to a package list without packages. */
static void put_hii_resource(struct tiny_pe *pe)
{
    static const struct {
        struct pe_resource_directory types;
        struct pe_resource_entry type;
        struct pe_resource_directory names;
        struct pe_resource_entry name;
        struct pe_resource_directory languages;
        struct pe_resource_entry language;
        struct pe_data_directory data;
        char16_t length, text[3];
        EFI_HII_PACKAGE_LIST_HEADER list;
        EFI_HII_PACKAGE_HEADER end;
    } tree = {
        .types.named_count = 1,
        .type = {PE_RESOURCE_FLAG | 80, PE_RESOURCE_FLAG | 24},
        .names.id_count = 1,
        .name = {1, PE_RESOURCE_FLAG | 48},
        .languages.id_count = 1,
        .language = {0x409, 72},
        .data = {TINY_DATA + 0x40 + 88, 24},
        .length = 3,
        .text = {'H', 'I', 'I'},
        .list.PackageLength = 24,
        .end = {.Length = 4, .Type = EFI_HII_PACKAGE_END},
    };
    memcpy(pe->data + 0x40, &tree, sizeof tree);
    pe->h.directories[PE_DIRECTORY_RESOURCE] =
        (struct pe_data_directory){TINY_DATA + 0x40, sizeof tree};
}

static void *hii_packages(const struct tiny_pe *pe)
{
    EFI_HANDLE handle;
    assert_int_equal(load(pe, &handle), EFI_SUCCESS);
    void *packages = handle_interface(handle, GUID_OF(EFI_HII_PACKAGE_LIST_PROTOCOL));
    if (packages != NULL)
        assert_ptr_equal(packages, (uint8_t *)loaded_image(handle)->ImageBase + TINY_DATA + 0x98);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    return packages;
}

static void test_hii_resource(void **state)
{
    struct tiny_pe pe = tiny_pe();
    assert_null(hii_packages(&pe));
    put_hii_resource(&pe);
    assert_non_null(hii_packages(&pe));
    pe.data[0x40 + 82] = 'h'; /* another type */
    assert_null(hii_packages(&pe));
    put_hii_resource(&pe);
    pe.data[0x40 + 76] = 23; /* the list is longer than the resource */
    assert_null(hii_packages(&pe));
    put_hii_resource(&pe);
    pe.h.directories[PE_DIRECTORY_RESOURCE].size = 75;
    assert_null(hii_packages(&pe));
    pe.h.directories[PE_DIRECTORY_RESOURCE].size = UINT32_MAX;
    assert_null(hii_packages(&pe));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_memory_types),
        cmocka_unit_test(test_old_images),
        cmocka_unit_test(test_fixed_base),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_return),
        cmocka_unit_test(test_nested_exit),
        cmocka_unit_test(test_driver),
        cmocka_unit_test(test_tpl),
        cmocka_unit_test(test_loaded_by_old_image),
        cmocka_unit_test(test_allocation_access),
        cmocka_unit_test(test_debug_table),
        cmocka_unit_test(test_runtime_driver),
        cmocka_unit_test(test_hii_resource),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
