/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* LoadImage from files: a volume and load file protocols made of a few functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/image.h"
#include "efi/protocol/load_file.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/ucs2.h"
#include "platform/machine.h"
#include "unit/efi/fake-memory.h"
#include "unit/efi/tiny-pe.h"

static EFI_SYSTEM_TABLE system_table;
static EFI_HANDLE parent, disk, net;
static struct tiny_pe file;

const char *host_option(const char *key)
{
    return NULL;
}

static EFI_STATUS EFIAPI unused_entry(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    return EFI_ABORTED;
}

/* One file, \EFI\A.EFI, read in small pieces. */
static struct {
    unsigned open; /* files that were not closed */
    size_t position, piece;
    uint64_t attributes, size;
    EFI_STATUS read_status;
} volume;

static char16_t opened_name[64];
static EFI_FILE_PROTOCOL a_file, a_root;

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle,
                                   const char16_t *FileName, uint64_t OpenMode, uint64_t Attributes)
{
    assert_ptr_equal(This, &a_root);
    assert_int_equal(OpenMode, EFI_FILE_MODE_READ);
    assert_true(ucs2_length(FileName, 64) < 64);
    memcpy(opened_name, FileName, ucs2_size(FileName));
    if (!ucs2_equal(FileName, (const char16_t *)L"\\EFI\\A.EFI"))
        return EFI_NOT_FOUND;
    volume.open++;
    volume.position = 0;
    *NewHandle = &a_file;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *This)
{
    volume.open--;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    size_t part = *BufferSize < volume.piece ? *BufferSize : volume.piece;
    if (part > sizeof file - volume.position)
        part = sizeof file - volume.position;
    memcpy(Buffer, (const uint8_t *)&file + volume.position, part);
    volume.position += part;
    *BufferSize = part;
    return volume.read_status;
}

static EFI_STATUS EFIAPI get_file_info(EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType,
                                       size_t *BufferSize, void *Buffer)
{
    assert_true(guid_equal(InformationType, GUID_OF(EFI_FILE_INFO)));
    size_t given = *BufferSize;
    *BufferSize = 90;
    if (given < 90)
        return EFI_BUFFER_TOO_SMALL;
    *(EFI_FILE_INFO *)Buffer =
        (EFI_FILE_INFO){.Size = 90, .FileSize = volume.size, .Attribute = volume.attributes};
    return EFI_SUCCESS;
}

static EFI_FILE_PROTOCOL a_root = {.Open = open_file, .Close = close_file};
static EFI_FILE_PROTOCOL a_file = {
    .Close = close_file, .Read = read_file, .GetInfo = get_file_info};

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *This,
                                     EFI_FILE_PROTOCOL **Root)
{
    volume.open++;
    *Root = &a_root;
    return EFI_SUCCESS;
}

static EFI_SIMPLE_FILE_SYSTEM_PROTOCOL file_system = {.OpenVolume = open_volume};

static struct {
    unsigned calls;
    bool boot_policy;
    uint8_t rest_type;
    size_t grows;
} load_file_seen[2];

static EFI_STATUS give_file(unsigned which, EFI_DEVICE_PATH_PROTOCOL *path, bool boot_policy,
                            size_t *size, void *buffer)
{
    load_file_seen[which].calls++;
    load_file_seen[which].boot_policy = boot_policy;
    load_file_seen[which].rest_type = path->Type;
    size_t given = *size;
    *size = sizeof file + load_file_seen[which].grows * load_file_seen[which].calls;
    if (buffer == NULL || given < *size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(buffer, &file, sizeof file);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE_PROTOCOL *This, EFI_DEVICE_PATH_PROTOCOL *FilePath,
                                   bool BootPolicy, size_t *BufferSize, void *Buffer)
{
    return give_file(0, FilePath, BootPolicy, BufferSize, Buffer);
}

static EFI_STATUS EFIAPI load_file2(EFI_LOAD_FILE_PROTOCOL *This,
                                    EFI_DEVICE_PATH_PROTOCOL *FilePath, bool BootPolicy,
                                    size_t *BufferSize, void *Buffer)
{
    assert_false(BootPolicy);
    return give_file(1, FilePath, BootPolicy, BufferSize, Buffer);
}

static EFI_LOAD_FILE_PROTOCOL load_file_protocol = {load_file}, load_file2_protocol = {load_file2};

static struct {
    CONTROLLER_DEVICE_PATH controller;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed))
disk_path = {{{HARDWARE_DEVICE_PATH, HW_CONTROLLER_DP, {8, 0}}, 1}, {0x7f, 0xff, {4, 0}}},
    net_path = {{{HARDWARE_DEVICE_PATH, HW_CONTROLLER_DP, {8, 0}}, 2}, {0x7f, 0xff, {4, 0}}};

static void install(EFI_HANDLE *handle, const EFI_GUID *guid, void *interface)
{
    assert_int_equal(efi_install_protocol_interface(handle, guid, EFI_NATIVE_INTERFACE, interface),
                     EFI_SUCCESS);
}

static int setup(void **state)
{
    if (fake_memory_setup(state) != 0)
        return -1;
    handles_reset();
    image_services_init(&system_table, NULL);
    install(&disk, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &disk_path);
    install(&disk, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), &file_system);
    install(&net, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &net_path);
    return image_add_builtin("test", unused_entry, &parent) == EFI_SUCCESS ? 0 : -1;
}

static int fresh(void **state)
{
    file = tiny_pe();
    memset(&volume, 0, sizeof volume);
    volume.size = sizeof file;
    volume.piece = 1000;
    memset(load_file_seen, 0, sizeof load_file_seen);
    return 0;
}

/* A device and file path nodes of these names. */
static EFI_DEVICE_PATH_PROTOCOL *make_path(void *device, const char16_t *first,
                                           const char16_t *second)
{
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_duplicate(device);
    const char16_t *names[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        if (names[i] == NULL)
            continue;
        size_t size = sizeof(EFI_DEVICE_PATH_PROTOCOL) + ucs2_size(names[i]);
        EFI_DEVICE_PATH_PROTOCOL *node = malloc(size);
        device_path_set_node(node, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, size);
        memcpy(node + 1, names[i], ucs2_size(names[i]));
        EFI_DEVICE_PATH_PROTOCOL *longer = device_path_append_node(path, node);
        free(node);
        free(path);
        path = longer;
    }
    return path;
}

static EFI_STATUS load(void *device, const char16_t *first, const char16_t *second,
                       bool boot_policy, EFI_HANDLE *ret)
{
    EFI_DEVICE_PATH_PROTOCOL *path = make_path(device, first, second);
    EFI_STATUS status = efi_load_image(boot_policy, parent, path, NULL, 0, ret);
    free(path);
    return status;
}

#define NAME(text) ((const char16_t *)L##text)

static void test_file(void **state)
{
    EFI_HANDLE handle;
    assert_int_equal(load(&disk_path, NAME("\\EFI\\A.EFI"), NULL, false, &handle), EFI_SUCCESS);
    assert_int_equal(volume.open, 0);
    EFI_LOADED_IMAGE_PROTOCOL *loaded =
        handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    assert_ptr_equal(loaded->DeviceHandle, disk);
    assert_true(device_path_node_is(loaded->FilePath, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP));
    assert_memory_equal(loaded->FilePath + 1, NAME("\\EFI\\A.EFI"), 22);
    assert_memory_equal((uint8_t *)loaded->ImageBase + TINY_TEXT, file.text, 0x180);

    EFI_DEVICE_PATH_PROTOCOL *whole =
        handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL));
    EFI_DEVICE_PATH_PROTOCOL *expected = make_path(&disk_path, NAME("\\EFI\\A.EFI"), NULL);
    assert_true(device_path_equal(whole, expected));
    assert_string_equal(image_find(handle)->name, "\\EFI\\A.EFI");
    free(expected);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
}

static void test_file_in_two_nodes(void **state)
{
    EFI_HANDLE handle;
    assert_int_equal(load(&disk_path, NAME("\\EFI"), NAME("A.EFI"), false, &handle), EFI_SUCCESS);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_int_equal(load(&disk_path, NAME("\\EFI\\"), NAME("A.EFI"), true, &handle), EFI_SUCCESS);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
}

static void test_file_errors(void **state)
{
    EFI_HANDLE handle = NULL;
    const char16_t *name = NAME("\\EFI\\A.EFI");
    assert_int_equal(load(&disk_path, NAME("\\EFI\\B.EFI"), NULL, false, &handle), EFI_NOT_FOUND);
    volume.attributes = EFI_FILE_DIRECTORY;
    assert_int_equal(load(&disk_path, name, NULL, false, &handle), EFI_NOT_FOUND);
    volume.attributes = 0;
    volume.read_status = EFI_DEVICE_ERROR;
    assert_int_equal(load(&disk_path, name, NULL, false, &handle), EFI_DEVICE_ERROR);
    volume.read_status = EFI_SUCCESS;
    volume.size = sizeof file + 1; /* ends before its size */
    assert_int_equal(load(&disk_path, name, NULL, false, &handle), EFI_DEVICE_ERROR);
    volume.size = 0;
    assert_int_equal(load(&disk_path, name, NULL, false, &handle), EFI_LOAD_ERROR);
    volume.size = 0x700; /* truncated */
    assert_int_equal(load(&disk_path, name, NULL, false, &handle), EFI_LOAD_ERROR);
    assert_int_equal(load(&disk_path, NULL, NULL, false, &handle), EFI_NOT_FOUND);
    assert_int_equal(load(&net_path, name, NULL, false, &handle), EFI_NOT_FOUND);
    assert_null(handle);
    assert_int_equal(volume.open, 0);
}

static void test_load_file(void **state)
{
    EFI_HANDLE handle;
    install(&net, GUID_OF(EFI_LOAD_FILE_PROTOCOL), &load_file_protocol);
    assert_int_equal(load(&net_path, NULL, NULL, true, &handle), EFI_SUCCESS);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_int_equal(load_file_seen[0].calls, 2);
    assert_true(load_file_seen[0].boot_policy);
    assert_int_equal(load_file_seen[0].rest_type, END_DEVICE_PATH_TYPE);

    /* Not for a boot manager's policy; preferred without. */
    install(&net, GUID_OF(EFI_LOAD_FILE2_PROTOCOL), &load_file2_protocol);
    assert_int_equal(load(&net_path, NAME("x"), NULL, true, &handle), EFI_SUCCESS);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_int_equal(load_file_seen[1].calls, 0);
    assert_int_equal(load_file_seen[0].rest_type, MEDIA_DEVICE_PATH);
    assert_int_equal(load(&net_path, NAME("x"), NULL, false, &handle), EFI_SUCCESS);
    EFI_LOADED_IMAGE_PROTOCOL *loaded =
        handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    assert_ptr_equal(loaded->DeviceHandle, net);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
    assert_int_equal(load_file_seen[1].calls, 2);

    load_file_seen[1].grows = 1; /* asks for more each time */
    assert_int_equal(load(&net_path, NAME("x"), NULL, false, &handle), EFI_DEVICE_ERROR);
}

/* A path beside a buffer says where the bytes came from, and is not read. */
static void test_buffer_with_path(void **state)
{
    EFI_HANDLE handle;
    EFI_DEVICE_PATH_PROTOCOL *path = make_path(&disk_path, NAME("\\other.efi"), NULL);
    assert_int_equal(efi_load_image(false, parent, path, &file, sizeof file, &handle), EFI_SUCCESS);
    free(path);
    EFI_LOADED_IMAGE_PROTOCOL *loaded =
        handle_interface(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL));
    assert_ptr_equal(loaded->DeviceHandle, disk);
    assert_memory_equal(loaded->FilePath + 1, NAME("\\other.efi"), 22);
    assert_int_equal(efi_unload_image(handle), EFI_SUCCESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_file, fresh),
        cmocka_unit_test_setup(test_file_in_two_nodes, fresh),
        cmocka_unit_test_setup(test_file_errors, fresh),
        cmocka_unit_test_setup(test_load_file, fresh),
        cmocka_unit_test_setup(test_buffer_with_path, fresh),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
