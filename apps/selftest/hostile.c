/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Arguments that no sane program passes: handles that are none, device paths without an end, sizes
 * that overflow. Each gets an error, and the firmware stays alive. */
#include "efi/protocol/device_path_to_text.h"
#include "efi/protocol/device_path_utilities.h"
#include "efi/protocol/driver_binding.h"
#include "efi/protocol/ram_disk.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define A    GUID_OF(TEST_A)
#define B    GUID_OF(TEST_B)
#define PATH GUID_OF(EFI_DEVICE_PATH_PROTOCOL)

static void *interface;

/* Every service that takes a handle, as each of its handles. */
static void expect_no_handle(EFI_HANDLE good, EFI_HANDLE bad)
{
    EFI_HANDLE handle = bad;
    size_t count = 0;
    void *buffer;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, B, EFI_NATIVE_INTERFACE, &interface_b));
    EXPECT(EFI_INVALID_PARAMETER, bs->ReinstallProtocolInterface(bad, A, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->UninstallProtocolInterface(bad, A, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallMultipleProtocolInterfaces(&handle, B, &interface_b, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->UninstallMultipleProtocolInterfaces(bad, A, &interface_a, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(bad, A, &interface));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->OpenProtocol(bad, A, &interface, self, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->OpenProtocol(good, A, &interface, bad, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->OpenProtocol(good, A, &interface, self, bad, EFI_OPEN_PROTOCOL_BY_DRIVER));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(bad, A, self, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(good, A, bad, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseProtocol(good, A, self, bad));
    CHECK(EFI_ERROR(bs->OpenProtocolInformation(bad, A, (void *)&buffer, &count)));
    EXPECT(EFI_INVALID_PARAMETER, bs->ProtocolsPerHandle(bad, (void *)&buffer, &count));
    EXPECT(EFI_INVALID_PARAMETER, bs->ConnectController(bad, NULL, NULL, true));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(bad, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(good, bad, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->DisconnectController(good, NULL, bad));
    EXPECT(EFI_INVALID_PARAMETER, bs->StartImage(bad, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->UnloadImage(bad));
    EXPECT(EFI_INVALID_PARAMETER, bs->Exit(bad, EFI_SUCCESS, 0, NULL));
}

/* No handle is made after it, which might get its value. */
static void freed_handle(void)
{
    EFI_HANDLE good = make_handle();
    expect_no_handle(good, stale_handle());
    drop_handle(good);
}

/* Memory of ours, and addresses where nothing is. */
static void no_handle(void)
{
    static uint8_t bytes[256];
    memset(bytes, 0x5a, sizeof bytes);
    EFI_HANDLE good = make_handle();
    expect_no_handle(good, bytes);
    expect_no_handle(good, (EFI_HANDLE)1);
    expect_no_handle(good, (EFI_HANDLE)UINTPTR_MAX);
    drop_handle(good);
}

static void expect_no_event(EFI_EVENT bad)
{
    EFI_EVENT events[1] = {bad};
    size_t index = 0;
    void *registration;
    EXPECT(EFI_INVALID_PARAMETER, bs->SignalEvent(bad));
    EXPECT(EFI_INVALID_PARAMETER, bs->CheckEvent(bad));
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(bad, TimerCancel, 0));
    EXPECT(EFI_INVALID_PARAMETER, bs->WaitForEvent(1, events, &index));
    CHECK(EFI_ERROR(bs->RegisterProtocolNotify(A, bad, &registration)));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseEvent(bad));
}

static void freed_event(void)
{
    expect_no_event(stale_event());
}

static void no_event(void)
{
    static uint8_t bytes[256];
    memset(bytes, 0x5a, sizeof bytes);
    expect_no_event(bytes);
    expect_no_event((EFI_EVENT)1);
    expect_no_event((EFI_EVENT)UINTPTR_MAX);
}

/* A node of no length: whoever adds it to its address stays where he is. */
static struct test_path no_length(void)
{
    struct test_path path = make_path(9);
    path.end = (EFI_DEVICE_PATH_PROTOCOL){HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {0, 0}};
    return path;
}

/* More nodes than any path has, and no end. */
static EFI_DEVICE_PATH_PROTOCOL *no_end(void)
{
    static EFI_DEVICE_PATH_PROTOCOL nodes[32768];
    for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
        nodes[i] = (EFI_DEVICE_PATH_PROTOCOL){HARDWARE_DEVICE_PATH, HW_VENDOR_DP, {4, 0}};
    return nodes;
}

static void expect_no_path(EFI_DEVICE_PATH_PROTOCOL *bad)
{
    EFI_HANDLE handle, good = make_handle();
    EFI_DEVICE_PATH_PROTOCOL *path = bad;
    CHECK(EFI_ERROR(bs->LocateDevicePath(A, &path, &handle)));
    CHECK(EFI_ERROR(bs->LoadImage(false, self, bad, NULL, 0, &handle)));
    CHECK(EFI_ERROR(bs->ConnectController(good, NULL, bad, true)));
    drop_handle(good);
}

static void endless_path(void)
{
    struct test_path path = no_length();
    expect_no_path(&path.vendor.Header);
    expect_no_path(no_end());
}

/* With such a path on a handle, others are still found. */
static void endless_path_on_handle(void)
{
    struct test_path bad = no_length(), good = make_path(8);
    EFI_DEVICE_PATH_PROTOCOL *path = &good.vendor.Header;
    EFI_HANDLE bad_handle = NULL, good_handle = NULL, found = NULL;
    EXPECT(EFI_SUCCESS,
           bs->InstallProtocolInterface(&bad_handle, PATH, EFI_NATIVE_INTERFACE, &bad));
    EXPECT(EFI_SUCCESS,
           bs->InstallMultipleProtocolInterfaces(&good_handle, PATH, &good, A, &interface_a, NULL));
    EXPECT(EFI_SUCCESS, bs->LocateDevicePath(A, &path, &found));
    CHECK(found == good_handle && path == &good.end);
    CHECK(EFI_ERROR(bs->ConnectController(bad_handle, NULL, NULL, true)));
    EXPECT(EFI_SUCCESS, bs->UninstallMultipleProtocolInterfaces(good_handle, PATH, &good, A,
                                                                &interface_a, NULL));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(bad_handle, PATH, &bad));
}

static void endless_path_utilities(void)
{
    const EFI_DEVICE_PATH_UTILITIES_PROTOCOL *p = FIND(EFI_DEVICE_PATH_UTILITIES_PROTOCOL);
    const EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to = FIND(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL);
    struct test_path bad = no_length(), good = make_path(8);
    EFI_DEVICE_PATH_PROTOCOL *rest = &bad.vendor.Header;
    size_t size;
    if (p == NULL || to == NULL)
        return;
    EQUAL(0, p->GetDevicePathSize(&bad.vendor.Header));
    EQUAL(0, p->GetDevicePathSize(no_end()));
    CHECK(p->DuplicateDevicePath(&bad.vendor.Header) == NULL);
    CHECK(p->AppendDevicePath(&good.vendor.Header, &bad.vendor.Header) == NULL);
    CHECK(p->AppendDeviceNode(&bad.vendor.Header, &good.vendor.Header) == NULL);
    CHECK(p->AppendDevicePathInstance(&bad.vendor.Header, &good.vendor.Header) == NULL);
    CHECK(p->GetNextDevicePathInstance(&rest, &size) == NULL);
    CHECK(!p->IsDevicePathMultiInstance(&bad.vendor.Header));
    CHECK(to->ConvertDevicePathToText(&bad.vendor.Header, false, false) == NULL);
}

static void endless_path_of_ram_disk(void)
{
    EFI_RAM_DISK_PROTOCOL *disks = FIND(EFI_RAM_DISK_PROTOCOL);
    EFI_GUID type = EFI_VIRTUAL_DISK_GUID;
    struct test_path bad = no_length();
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    if (disks == NULL)
        return;
    static uint8_t memory[8192];
    EXPECT(EFI_INVALID_PARAMETER,
           disks->Register((uintptr_t)memory, sizeof memory, &type, &bad.vendor.Header, &path));
    CHECK(EFI_ERROR(disks->Unregister(&bad.vendor.Header)));
    /* Its end would be behind that of all addresses. */
    EXPECT(EFI_INVALID_PARAMETER,
           disks->Register(EFI_PAGE_SIZE, UINT64_MAX - 1, &type, NULL, &path));
}

static const struct selftest tests[] = {
    {"freed-handle", freed_handle},
    {"no-handle", no_handle},
    {"freed-event", freed_event},
    {"no-event", no_event},
    {"endless-path", endless_path},
    {"endless-path-on-handle", endless_path_on_handle},
    {"endless-path-utilities", endless_path_utilities},
    {"endless-path-of-ram-disk", endless_path_of_ram_disk},
};

const struct topic topic_hostile = TOPIC("hostile", tests);
