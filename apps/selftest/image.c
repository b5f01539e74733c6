/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* LoadImage (UEFI 2.10 §7.4.1). */
#include "efi/protocol/load_file.h"
#include "hw/pe.h"
#include "lib/memory.h"
#include "selftest/files.h"
#include "selftest/image_fixture.h"

static void load_buffer(void)
{
    EFI_HANDLE handle = load_child(APP, CHILD_RETURN, EFI_SUCCESS);
    REQUIRE_TRUE(handle != NULL);
    const EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    EQUAL(EFI_LOADED_IMAGE_PROTOCOL_REVISION, loaded->Revision);
    CHECK(loaded->ParentHandle == self && loaded->SystemTable == st);
    CHECK(loaded->DeviceHandle == NULL);
    CHECK(loaded->ImageBase != NULL && loaded->ImageSize >= 4096);
    EQUAL(EfiLoaderCode, loaded->ImageCodeType);
    EQUAL(EfiLoaderData, loaded->ImageDataType);
    EQUAL(0, orders.runs);
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    CHECK(is_gone(handle));
}

static void load_types(void)
{
    EFI_HANDLE driver = load_child(DRIVER, CHILD_RETURN, EFI_SUCCESS);
    EFI_HANDLE runtime = load_child(RUNTIME, CHILD_RETURN, EFI_SUCCESS);
    REQUIRE_TRUE(driver != NULL && runtime != NULL);
    EQUAL(EfiBootServicesCode, loaded_image(driver)->ImageCodeType);
    EQUAL(EfiBootServicesData, loaded_image(driver)->ImageDataType);
    EQUAL(EfiRuntimeServicesCode, loaded_image(runtime)->ImageCodeType);
    EQUAL(EfiRuntimeServicesData, loaded_image(runtime)->ImageDataType);
    EXPECT(EFI_SUCCESS, bs->UnloadImage(driver));
    EXPECT(EFI_SUCCESS, bs->UnloadImage(runtime));
}

/* Where it is said to come from: the device, the rest of the path, and a copy of the whole. */
static void load_buffer_with_path(void)
{
    struct test_path device = make_path(1), file = make_path(2);
    uint8_t whole[2 * sizeof device];
    size_t nodes = offsetof(struct test_path, end);
    memcpy(whole, &device, nodes);
    memcpy(whole + nodes, &file, sizeof file);
    EFI_HANDLE on = NULL, handle = NULL;
    REQUIRE(EFI_SUCCESS, bs->InstallProtocolInterface(&on, GUID_OF(EFI_DEVICE_PATH_PROTOCOL),
                                                      EFI_NATIVE_INTERFACE, &device));
    EXPECT(EFI_SUCCESS, bs->LoadImage(false, self, (void *)whole, APP, &handle));
    const EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    if (loaded != NULL) {
        CHECK(loaded->DeviceHandle == on);
        CHECK(loaded->FilePath != NULL && memcmp(loaded->FilePath, &file, sizeof file) == 0);
        void *path = NULL;
        EXPECT(EFI_SUCCESS,
               bs->HandleProtocol(handle, GUID_OF(EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL), &path));
        CHECK(path != NULL && path != whole && memcmp(path, whole, nodes + sizeof file) == 0);
    }
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    EXPECT(EFI_SUCCESS,
           bs->UninstallProtocolInterface(on, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &device));
}

static void load_nothing(void)
{
    EFI_HANDLE handle;
    EXPECT(EFI_NOT_FOUND, bs->LoadImage(false, self, NULL, NULL, 0, &handle));
}

static void load_invalid(void)
{
    EFI_HANDLE handle;
    EXPECT(EFI_INVALID_PARAMETER, bs->LoadImage(false, self, NULL, APP, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->LoadImage(false, NULL, NULL, APP, &handle));
    EXPECT(EFI_INVALID_PARAMETER, bs->LoadImage(false, stale_handle(), NULL, APP, &handle));
}

/* A handle, but not of an image. */
static void load_no_parent(void)
{
    EFI_HANDLE parent = make_handle(), handle;
    EXPECT(EFI_INVALID_PARAMETER, bs->LoadImage(false, parent, NULL, APP, &handle));
    drop_handle(parent);
}

static void load_garbage(void)
{
    static uint8_t garbage[4096];
    EFI_HANDLE handle;
    memset(garbage, 0x5a, sizeof garbage);
    EFI_STATUS status = bs->LoadImage(false, self, NULL, garbage, sizeof garbage, &handle);
    CHECK(status == EFI_LOAD_ERROR || status == EFI_UNSUPPORTED);
    /* A PE image that ends in the middle. */
    EXPECT(EFI_LOAD_ERROR, bs->LoadImage(false, self, NULL, child_app, 1536, &handle));
    CHECK(EFI_ERROR(bs->LoadImage(false, self, NULL, child_app, 10, &handle)));
}

static void load_empty(void)
{
    EFI_HANDLE handle;
    EXPECT(EFI_LOAD_ERROR, bs->LoadImage(false, self, NULL, child_app, 0, &handle));
}

static void load_other_machine(void)
{
    static uint8_t copy[16384];
    size_t size = (size_t)(child_app_end - child_app);
    uint32_t headers;
    EFI_HANDLE handle;
    REQUIRE_TRUE(size <= sizeof copy);
    memcpy(copy, child_app, size);
    memcpy(&headers, copy + PE_LFANEW, sizeof headers);
    copy[headers + 4] = 0x64; /* ARM64: 0xAA64 */
    copy[headers + 5] = 0xaa;
    EXPECT(EFI_UNSUPPORTED, bs->LoadImage(false, self, NULL, copy, size, &handle));
}

/* The path of a file of the volume that this program comes from. */
static uint8_t file_path[512];

static bool make_file_path(const char16_t *name, size_t name_size)
{
    EFI_DEVICE_PATH_PROTOCOL *node;
    if (!EXPECT(EFI_SUCCESS, bs->HandleProtocol(own_volume(), GUID_OF(EFI_DEVICE_PATH_PROTOCOL),
                                                (void **)&node)))
        return false;
    size_t at = 0;
    while (node->Type != END_DEVICE_PATH_TYPE) {
        size_t length = node->Length[0] | (size_t)node->Length[1] << 8;
        memcpy(file_path + at, node, length);
        at += length;
        node = (void *)((uint8_t *)node + length);
    }
    uint8_t header[] = {MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, (uint8_t)(4 + name_size), 0};
    static const uint8_t end[] = {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, 4, 0};
    memcpy(file_path + at, header, sizeof header);
    memcpy(file_path + at + 4, name, name_size);
    memcpy(file_path + at + 4 + name_size, end, sizeof end);
    return true;
}

static void load_file(void)
{
    static const char16_t name[] = u"\\EFI\\BOOT\\BOOTX64.EFI";
    EFI_HANDLE handle = NULL;
    REQUIRE_TRUE(make_file_path(name, sizeof name));
    REQUIRE(EFI_SUCCESS, bs->LoadImage(false, self, (void *)file_path, NULL, 0, &handle));
    const EFI_LOADED_IMAGE_PROTOCOL *loaded = loaded_image(handle);
    CHECK(loaded->DeviceHandle == own_volume());
    CHECK(memcmp((uint8_t *)loaded->FilePath + 4, name, sizeof name) == 0);
    EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
}

static void load_file_not_found(void)
{
    static const char16_t name[] = u"\\EFI\\BOOT\\NOWHERE.EFI";
    EFI_HANDLE handle;
    struct test_path nowhere = make_path(99);
    REQUIRE_TRUE(make_file_path(name, sizeof name));
    EXPECT(EFI_NOT_FOUND, bs->LoadImage(false, self, (void *)file_path, NULL, 0, &handle));
    EXPECT(EFI_NOT_FOUND, bs->LoadImage(false, self, &nowhere.vendor.Header, NULL, 0, &handle));
}

/* A device that offers its image by LoadFile or LoadFile2. */
static unsigned file_loads;
static bool seen_policy;
static EFI_STATUS file_status;

static EFI_STATUS EFIAPI offer(EFI_LOAD_FILE_PROTOCOL *This, EFI_DEVICE_PATH_PROTOCOL *path,
                               bool policy, size_t *size, void *buffer)
{
    size_t needed = (size_t)(child_app_end - child_app), room = *size;
    seen_policy = policy;
    if (EFI_ERROR(file_status))
        return file_status;
    *size = needed;
    if (buffer == NULL || room < needed)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(buffer, child_app, needed);
    file_loads++;
    return EFI_SUCCESS;
}

static EFI_LOAD_FILE_PROTOCOL offerer = {offer};

static void load_by(const EFI_GUID *protocol, bool policy, EFI_STATUS status, EFI_STATUS expected)
{
    struct test_path path = make_path(3);
    EFI_HANDLE device = NULL, handle = NULL;
    file_loads = 0;
    file_status = status;
    REQUIRE(EFI_SUCCESS,
            bs->InstallMultipleProtocolInterfaces(&device, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path,
                                                  protocol, &offerer, NULL));
    EXPECT(expected, bs->LoadImage(policy, self, &path.vendor.Header, NULL, 0, &handle));
    if (!EFI_ERROR(expected)) {
        EQUAL(1, file_loads);
        EQUAL(policy, seen_policy);
        EXPECT(EFI_SUCCESS, bs->UnloadImage(handle));
    }
    EXPECT(EFI_SUCCESS,
           bs->UninstallMultipleProtocolInterfaces(device, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path,
                                                   protocol, &offerer, NULL));
}

static void load_load_file(void)
{
    load_by(GUID_OF(EFI_LOAD_FILE_PROTOCOL), true, EFI_SUCCESS, EFI_SUCCESS);
    load_by(GUID_OF(EFI_LOAD_FILE_PROTOCOL), false, EFI_SUCCESS, EFI_SUCCESS);
}

static void load_load_file2(void)
{
    load_by(GUID_OF(EFI_LOAD_FILE2_PROTOCOL), false, EFI_SUCCESS, EFI_SUCCESS);
}

/* §7.4.1: with BootPolicy only LoadFile is asked. */
static void load_file2_boot_policy(void)
{
    load_by(GUID_OF(EFI_LOAD_FILE2_PROTOCOL), true, EFI_SUCCESS, EFI_NOT_FOUND);
}

static void load_device_error(void)
{
    load_by(GUID_OF(EFI_LOAD_FILE_PROTOCOL), true, EFI_DEVICE_ERROR, EFI_DEVICE_ERROR);
}

static const struct selftest tests[] = {
    {"load-buffer", load_buffer},
    {"load-types", load_types},
    {"load-buffer-with-path", load_buffer_with_path},
    {"load-nothing", load_nothing},
    {"load-invalid", load_invalid},
    {"load-no-parent", load_no_parent},
    {"load-garbage", load_garbage},
    {"load-empty", load_empty},
    {"load-other-machine", load_other_machine},
    {"load-file", load_file},
    {"load-file-not-found", load_file_not_found},
    {"load-load-file", load_load_file},
    {"load-load-file2", load_load_file2},
    {"load-file2-boot-policy", load_file2_boot_policy},
    {"load-device-error", load_device_error},
};

const struct topic topic_image = TOPIC("image", tests);
