/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* LocateHandle and its kin, LocateDevicePath, RegisterProtocolNotify (UEFI 2.10 §7.3). */
#include "lib/memory.h"
#include "selftest/fixture.h"

#define A    GUID_OF(TEST_A)
#define B    GUID_OF(TEST_B)
#define NONE GUID_OF(TEST_NONE)
#define PATH GUID_OF(EFI_DEVICE_PATH_PROTOCOL)

static bool contains(const EFI_HANDLE *handles, size_t count, EFI_HANDLE handle)
{
    for (size_t i = 0; i < count; i++) {
        if (handles[i] == handle)
            return true;
    }
    return false;
}

static void by_protocol(void)
{
    EFI_HANDLE one = make_handle(), two = make_handle(), found[2];
    size_t size = sizeof found;
    EXPECT(EFI_SUCCESS, bs->LocateHandle(ByProtocol, A, NULL, &size, found));
    EQUAL(sizeof found, size);
    CHECK(contains(found, 2, one) && contains(found, 2, two));
    drop_handle(one);
    drop_handle(two);
}

static void all_handles(void)
{
    static EFI_HANDLE found[4096];
    EFI_HANDLE handle = make_handle();
    size_t size = sizeof found;
    EXPECT(EFI_SUCCESS, bs->LocateHandle(AllHandles, NULL, NULL, &size, found));
    CHECK(contains(found, size / sizeof *found, handle) &&
          contains(found, size / sizeof *found, self));
    drop_handle(handle);
}

static void not_found(void)
{
    EFI_HANDLE found[4], *buffer = NULL;
    size_t size = sizeof found, count = 99;
    void *interface = &interface_a;
    EXPECT(EFI_NOT_FOUND, bs->LocateHandle(ByProtocol, NONE, NULL, &size, found));
    EXPECT(EFI_NOT_FOUND, bs->LocateHandleBuffer(ByProtocol, NONE, NULL, &count, &buffer));
    EXPECT(EFI_NOT_FOUND, bs->LocateProtocol(NONE, NULL, &interface));
    CHECK(interface == NULL);
}

static void too_small(void)
{
    EFI_HANDLE one = make_handle(), two = make_handle(), found[1];
    size_t size = sizeof found;
    EXPECT(EFI_BUFFER_TOO_SMALL, bs->LocateHandle(ByProtocol, A, NULL, &size, found));
    EQUAL(2 * sizeof one, size);
    size = 0;
    EXPECT(EFI_BUFFER_TOO_SMALL, bs->LocateHandle(ByProtocol, A, NULL, &size, NULL));
    EQUAL(2 * sizeof one, size);
    drop_handle(one);
    drop_handle(two);
}

static void handle_invalid(void)
{
    EFI_HANDLE handle = make_handle(), found[4];
    size_t size = sizeof found;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->LocateHandle((EFI_LOCATE_SEARCH_TYPE)3, A, NULL, &size, found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandle(ByRegisterNotify, NULL, NULL, &size, found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandle(ByProtocol, NULL, NULL, &size, found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandle(ByProtocol, A, NULL, NULL, found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandle(ByProtocol, A, NULL, &size, NULL));
    drop_handle(handle);
}

static void buffer(void)
{
    EFI_HANDLE one = make_handle(), two = make_handle(), *found = NULL;
    size_t count = 0;
    REQUIRE(EFI_SUCCESS, bs->LocateHandleBuffer(ByProtocol, A, NULL, &count, &found));
    EQUAL(2, count);
    CHECK(contains(found, count, one) && contains(found, count, two));
    EXPECT(EFI_SUCCESS, bs->FreePool(found));
    REQUIRE(EFI_SUCCESS, bs->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &found));
    CHECK(count > 2 && contains(found, count, self));
    EXPECT(EFI_SUCCESS, bs->FreePool(found));
    drop_handle(one);
    drop_handle(two);
}

static void buffer_invalid(void)
{
    EFI_HANDLE *found;
    size_t count;
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandleBuffer(ByProtocol, A, NULL, NULL, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandleBuffer(ByProtocol, A, NULL, &count, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateHandleBuffer(ByProtocol, NULL, NULL, &count, &found));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->LocateHandleBuffer(ByRegisterNotify, NULL, NULL, &count, &found));
}

static void protocol(void)
{
    EFI_HANDLE handle = make_handle();
    void *found = NULL;
    EXPECT(EFI_SUCCESS, bs->LocateProtocol(A, NULL, &found));
    CHECK(found == &interface_a);
    drop_handle(handle);
}

static void protocol_invalid(void)
{
    void *found;
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateProtocol(A, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateProtocol(NULL, NULL, &found));
}

/* Two devices, one of them below the other. */
static struct test_path parent_path;
static uint8_t child_path[2 * sizeof(struct test_path)];
static EFI_HANDLE parent, child;

static void make_tree(void)
{
    struct test_path second = make_path(2);
    size_t nodes = offsetof(struct test_path, end);
    parent_path = make_path(1);
    memcpy(child_path, &parent_path, nodes);
    memcpy(child_path + nodes, &second, sizeof second);
    parent = child = NULL;
    EXPECT(EFI_SUCCESS, bs->InstallMultipleProtocolInterfaces(&parent, PATH, &parent_path, A,
                                                              &interface_a, NULL));
    EXPECT(EFI_SUCCESS, bs->InstallMultipleProtocolInterfaces(&child, PATH, child_path, NULL));
}

static void drop_tree(void)
{
    EXPECT(EFI_SUCCESS, bs->UninstallMultipleProtocolInterfaces(parent, PATH, &parent_path, A,
                                                                &interface_a, NULL));
    EXPECT(EFI_SUCCESS, bs->UninstallMultipleProtocolInterfaces(child, PATH, child_path, NULL));
}

static void device_path(void)
{
    make_tree();
    EFI_DEVICE_PATH_PROTOCOL *path = (void *)child_path;
    EFI_HANDLE found = NULL;
    EXPECT(EFI_SUCCESS, bs->LocateDevicePath(PATH, &path, &found));
    CHECK(found == child && path->Type == END_DEVICE_PATH_TYPE);
    /* The nearest one above that has the protocol. */
    path = (void *)child_path;
    EXPECT(EFI_SUCCESS, bs->LocateDevicePath(A, &path, &found));
    CHECK(found == parent);
    CHECK((uint8_t *)path == child_path + offsetof(struct test_path, end));
    drop_tree();
}

static void device_path_not_found(void)
{
    struct test_path path = make_path(77);
    EFI_DEVICE_PATH_PROTOCOL *remaining = &path.vendor.Header;
    EFI_HANDLE found;
    EXPECT(EFI_NOT_FOUND, bs->LocateDevicePath(PATH, &remaining, &found));
    EXPECT(EFI_NOT_FOUND, bs->LocateDevicePath(NONE, &remaining, &found));
    CHECK(remaining == &path.vendor.Header);
}

static void device_path_invalid(void)
{
    make_tree();
    EFI_DEVICE_PATH_PROTOCOL *path = (void *)child_path, *nothing = NULL;
    EFI_HANDLE found;
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateDevicePath(NULL, &path, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateDevicePath(PATH, NULL, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateDevicePath(PATH, &nothing, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->LocateDevicePath(PATH, &path, NULL));
    drop_tree();
}

/* A path that never ends, and one whose nodes are shorter than a node. */
static void device_path_endless(void)
{
    static uint8_t endless[4096];
    EFI_HANDLE found;
    for (size_t at = 0; at < sizeof endless; at += 8) {
        uint8_t node[8] = {HARDWARE_DEVICE_PATH, HW_VENDOR_DP, 8};
        memcpy(endless + at, node, sizeof node);
    }
    EFI_DEVICE_PATH_PROTOCOL *path = (void *)endless;
    endless[8 + 2] = 0; /* the second node has no length */
    EXPECT(EFI_NOT_FOUND, bs->LocateDevicePath(PATH, &path, &found));
}

static void notify(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    void *registration = NULL;
    REQUIRE(EFI_SUCCESS, bs->RegisterProtocolNotify(A, event, &registration));
    EQUAL(0, counter.count);
    EFI_HANDLE one = make_handle();
    EQUAL(1, counter.count);
    EFI_HANDLE two = make_handle(), found = NULL;
    EQUAL(2, counter.count);
    /* Each new handle once, in order; then nothing. */
    size_t size = sizeof found;
    EXPECT(EFI_SUCCESS, bs->LocateHandle(ByRegisterNotify, NULL, registration, &size, &found));
    CHECK(found == one);
    EXPECT(EFI_SUCCESS, bs->LocateHandle(ByRegisterNotify, NULL, registration, &size, &found));
    CHECK(found == two);
    EXPECT(EFI_NOT_FOUND, bs->LocateHandle(ByRegisterNotify, NULL, registration, &size, &found));
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(one, A, &interface_a, &interface_a));
    EQUAL(3, counter.count);
    void *interface = NULL;
    EXPECT(EFI_SUCCESS, bs->LocateProtocol(A, registration, &interface));
    CHECK(interface == &interface_a);
    EXPECT(EFI_NOT_FOUND, bs->LocateProtocol(A, registration, &interface));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    drop_handle(one);
    drop_handle(two);
}

static void notify_invalid(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    void *registration;
    EXPECT(EFI_INVALID_PARAMETER, bs->RegisterProtocolNotify(NULL, event, &registration));
    EXPECT(EFI_INVALID_PARAMETER, bs->RegisterProtocolNotify(A, NULL, &registration));
    EXPECT(EFI_INVALID_PARAMETER, bs->RegisterProtocolNotify(A, event, NULL));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* An event that is closed is asked no more. */
static void notify_closed(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    void *registration;
    REQUIRE(EFI_SUCCESS, bs->RegisterProtocolNotify(A, event, &registration));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    EFI_HANDLE handle = make_handle();
    EQUAL(0, counter.count);
    drop_handle(handle);
}

static const struct selftest tests[] = {
    {"by-protocol", by_protocol},
    {"all-handles", all_handles},
    {"not-found", not_found},
    {"too-small", too_small},
    {"handle-invalid", handle_invalid},
    {"buffer", buffer},
    {"buffer-invalid", buffer_invalid},
    {"protocol", protocol},
    {"protocol-invalid", protocol_invalid},
    {"device-path", device_path},
    {"device-path-not-found", device_path_not_found},
    {"device-path-invalid", device_path_invalid},
    {"device-path-endless", device_path_endless},
    {"notify", notify},
    {"notify-invalid", notify_invalid},
    {"notify-closed", notify_closed},
};

const struct topic topic_locate = TOPIC("locate", tests);
