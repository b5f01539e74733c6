/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#define _GNU_SOURCE /* memmem */
/* RAM disks through the partition and FAT drivers, and what the OS is told of them. */
#include "core/pages.h"
#include "efi/late_protocols.h"
#include "efi/protocol/acpi_table.h"
#include "efi/protocols/ram_disk.h"
#include "hw/acpi.h"
#include "platform/memory_setup.h"
#include "unit/efi/disk-fixture.h"

static EFI_RAM_DISK_PROTOCOL *ram_disks = &ram_disk_protocol;
static EFI_GUID type = EFI_PERSISTENT_VIRTUAL_DISK_GUID;

/* The ACPI tables that were installed. */
static uint8_t tables[3][256];
static size_t table_count;

static EFI_STATUS EFIAPI install_table(EFI_ACPI_TABLE_PROTOCOL *This, void *AcpiTableBuffer,
                                       size_t AcpiTableBufferSize, size_t *TableKey)
{
    assert_true(table_count < 3 && AcpiTableBufferSize < sizeof tables[0]);
    memcpy(tables[table_count], AcpiTableBuffer, AcpiTableBufferSize);
    *TableKey = ++table_count;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall_table(EFI_ACPI_TABLE_PROTOCOL *This, size_t TableKey)
{
    memset(tables[TableKey - 1], 0, sizeof tables[0]);
    return EFI_SUCCESS;
}

static EFI_ACPI_TABLE_PROTOCOL acpi = {install_table, uninstall_table};

void late_protocols_offer(const EFI_GUID *protocol)
{
}

EFI_STATUS memory_map_high(void)
{
    return EFI_SUCCESS;
}

static bool reserved;

uint32_t pages_type(uint64_t address)
{
    return reserved ? EfiReservedMemoryType : EfiBootServicesData;
}

static int ram_setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    timers_init();
    fake_cpu.interrupts_enabled = true;
    handles_before = count_handles();
    ramdisk_init(&ram, BLOCK, DISK_BLOCKS);
    fill_disk();
    reserved = false;
    return 0;
}

static int ram_teardown(void **state)
{
    assert_int_equal(count_handles(), handles_before);
    ramdisk_release(&ram);
    return 0;
}

static EFI_DEVICE_PATH_PROTOCOL *add(EFI_DEVICE_PATH_PROTOCOL *parent)
{
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    assert_int_equal(ram_disks->Register((uintptr_t)ram.data, (uint64_t)DISK_BLOCKS * BLOCK, &type,
                                         parent, &path),
                     EFI_SUCCESS);
    assert_non_null(path);
    return path;
}

static void files_on_it_are_read_and_written(void **state)
{
    char content[32] = "";
    size_t size = sizeof content;
    EFI_FILE_PROTOCOL *root, *file;
    EFI_DEVICE_PATH_PROTOCOL *path = add(NULL);
    disk_handle = NULL;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume =
        handle_interface(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)),
                         GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    assert_non_null(volume);
    assert_int_equal(volume->OpenVolume(volume, &root), EFI_SUCCESS);
    assert_int_equal(
        root->Open(root, &file, u"greeting.txt", EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, 0),
        EFI_SUCCESS);
    assert_int_equal(file->Read(file, &size, content), EFI_SUCCESS);
    assert_string_equal(content, "hello, world");
    size = 1;
    assert_int_equal(file->SetPosition(file, 0), EFI_SUCCESS);
    assert_int_equal(file->Write(file, &size, "J"), EFI_SUCCESS);
    assert_int_equal(file->Close(file), EFI_SUCCESS);
    assert_int_equal(root->Close(root), EFI_SUCCESS);
    assert_non_null(memmem(ram.data, DISK_BLOCKS * BLOCK, "Jello, world", 12));
    assert_int_equal(ram_disks->Unregister(path), EFI_SUCCESS);
    free(path);
}

static void its_path_says_where_it_is(void **state)
{
    EFI_DEVICE_PATH_PROTOCOL *again = NULL, *path = add(NULL);
    const MEDIA_RAM_DISK_DEVICE_PATH *node = (const void *)path;
    assert_true(device_path_node_is(path, MEDIA_DEVICE_PATH, MEDIA_RAM_DISK_DP));
    assert_int_equal(node->StartingAddr, (uintptr_t)ram.data);
    assert_int_equal(node->EndingAddr, (uintptr_t)ram.data + DISK_BLOCKS * BLOCK - 1);
    assert_memory_equal(&node->TypeGuid, &type, sizeof type);
    assert_true(device_path_is_end(device_path_next(path)));
    assert_int_equal(
        ram_disks->Register(node->StartingAddr, DISK_BLOCKS * BLOCK, &type, NULL, &again),
        EFI_ALREADY_STARTED);
    assert_null(again);

    VENDOR_DEVICE_PATH *vendor = (void *)device_path_create_node(HARDWARE_DEVICE_PATH, HW_VENDOR_DP,
                                                                 sizeof(VENDOR_DEVICE_PATH));
    EFI_DEVICE_PATH_PROTOCOL *parent = device_path_append_node(NULL, &vendor->Header);
    EFI_DEVICE_PATH_PROTOCOL *other = add(parent);
    assert_true(device_path_begins_with(other, parent));
    assert_int_equal(ram_disks->Unregister(other), EFI_SUCCESS);
    assert_int_equal(ram_disks->Unregister(other), EFI_NOT_FOUND);
    assert_int_equal(ram_disks->Unregister(parent), EFI_UNSUPPORTED);
    assert_int_equal(ram_disks->Unregister(path), EFI_SUCCESS);
    free(vendor);
    free(parent);
    free(other);
    free(path);
}

static void arguments_are_checked(void **state)
{
    EFI_DEVICE_PATH_PROTOCOL *path;
    uint64_t base = (uintptr_t)ram.data;
    assert_int_equal(ram_disks->Register(base, 4096, NULL, NULL, &path), EFI_INVALID_PARAMETER);
    assert_int_equal(ram_disks->Register(base, 4096, &type, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(ram_disks->Register(base, 0, &type, NULL, &path), EFI_INVALID_PARAMETER);
    assert_int_equal(ram_disks->Register(base, UINT64_MAX, &type, NULL, &path),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(ram_disks->Register(0, 4096, &type, NULL, &path), EFI_INVALID_PARAMETER);
    assert_int_equal(ram_disks->Unregister(NULL), EFI_INVALID_PARAMETER);
    for (size_t n = 0; n < 12; n++) {
        host_fail_allocation_after(n);
        EFI_STATUS status = ram_disks->Register(base, DISK_BLOCKS * BLOCK, &type, NULL, &path);
        host_fail_allocation_after(SIZE_MAX);
        if (EFI_ERROR(status)) {
            assert_int_equal(count_handles(), handles_before);
            continue;
        }
        assert_int_equal(ram_disks->Unregister(path), EFI_SUCCESS);
        free(path);
    }
}

static uint32_t signature_of(const uint8_t *table)
{
    uint32_t signature;
    memcpy(&signature, table, sizeof signature);
    return signature;
}

static void the_os_hears_of_reserved_memory(void **state)
{
    EFI_HANDLE handle = NULL;
    uint64_t base = (uintptr_t)ram.data, size = DISK_BLOCKS * BLOCK;
    assert_int_equal(efi_install_protocol_interface(&handle, GUID_OF(EFI_ACPI_TABLE_PROTOCOL),
                                                    EFI_NATIVE_INTERFACE, &acpi),
                     EFI_SUCCESS);
    EFI_DEVICE_PATH_PROTOCOL *path = add(NULL);
    assert_int_equal(table_count, 0); /* the OS may use the memory for something else */
    assert_int_equal(ram_disks->Unregister(path), EFI_SUCCESS);
    free(path);

    reserved = true;
    path = add(NULL);
    assert_int_equal(table_count, 2);
    assert_int_equal(signature_of(tables[0]), ACPI_SIGNATURE('N', 'F', 'I', 'T'));
    assert_int_equal(tables[0][4], 36 + 4 + 56);
    assert_int_equal(tables[0][42], 56);
    assert_memory_equal(tables[0] + 56, &type, sizeof type);
    assert_memory_equal(tables[0] + 72, &base, sizeof base);
    assert_memory_equal(tables[0] + 80, &size, sizeof size);
    assert_int_equal(signature_of(tables[1]), ACPI_SIGNATURE('S', 'S', 'D', 'T'));
    assert_non_null(memmem(tables[1], sizeof tables[1], "ACPI0012", 9));
    assert_int_equal(ram_disks->Unregister(path), EFI_SUCCESS);
    assert_int_equal(signature_of(tables[0]), 0);
    free(path);
    assert_int_equal(
        efi_uninstall_protocol_interface(handle, GUID_OF(EFI_ACPI_TABLE_PROTOCOL), &acpi),
        EFI_SUCCESS);
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_on_it_are_read_and_written, ram_setup, ram_teardown),
        cmocka_unit_test_setup_teardown(its_path_says_where_it_is, ram_setup, ram_teardown),
        cmocka_unit_test_setup_teardown(arguments_are_checked, ram_setup, ram_teardown),
        cmocka_unit_test_setup_teardown(the_os_hears_of_reserved_memory, ram_setup, ram_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
