/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Protocol interfaces on handles (UEFI 2.10 §7.3.1 to §7.3.8). */
#include "selftest/fixture.h"

#define A GUID_OF(TEST_A)
#define B GUID_OF(TEST_B)

static EFI_STATUS install(EFI_HANDLE *handle, const EFI_GUID *protocol, void *interface)
{
    return bs->InstallProtocolInterface(handle, protocol, EFI_NATIVE_INTERFACE, interface);
}

static void install_new(void)
{
    EFI_HANDLE handle = NULL;
    void *found = NULL;
    REQUIRE(EFI_SUCCESS,
            bs->InstallProtocolInterface(&handle, A, EFI_NATIVE_INTERFACE, &interface_a));
    CHECK(handle != NULL);
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    CHECK(found == &interface_a);
    drop_handle(handle);
}

static void install_second(void)
{
    EFI_HANDLE handle = make_handle(), same = handle;
    void *found = NULL;
    EXPECT(EFI_SUCCESS, bs->InstallProtocolInterface(&same, B, EFI_NATIVE_INTERFACE, &interface_b));
    CHECK(same == handle);
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, B, &found));
    CHECK(found == &interface_b);
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
    drop_handle(handle);
}

static void install_null_interface(void)
{
    EFI_HANDLE handle = NULL;
    void *found = &interface_a;
    REQUIRE(EFI_SUCCESS, bs->InstallProtocolInterface(&handle, A, EFI_NATIVE_INTERFACE, NULL));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    CHECK(found == NULL);
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, A, NULL));
}

static void install_null(void)
{
    EFI_HANDLE handle = NULL;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(NULL, A, EFI_NATIVE_INTERFACE, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, NULL, EFI_NATIVE_INTERFACE, &interface_a));
}

static void install_bad_type(void)
{
    EFI_HANDLE handle = NULL;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, A, (EFI_INTERFACE_TYPE)1, &interface_a));
    CHECK(handle == NULL);
}

static void install_twice(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, A, EFI_NATIVE_INTERFACE, &interface_b));
    drop_handle(handle);
}

static void install_stale(void)
{
    EFI_HANDLE handle = stale_handle();
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, A, EFI_NATIVE_INTERFACE, &interface_a));
    handle = &interface_a;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallProtocolInterface(&handle, A, EFI_NATIVE_INTERFACE, &interface_a));
}

static void uninstall(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_SUCCESS, install(&handle, B, &interface_b));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, A, &interface_a));
    EXPECT(EFI_UNSUPPORTED, bs->HandleProtocol(handle, A, &found));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
    /* The handle went with its last protocol. */
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(handle, B, &found));
}

static void uninstall_not_found(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_NOT_FOUND, bs->UninstallProtocolInterface(handle, B, &interface_b));
    EXPECT(EFI_NOT_FOUND, bs->UninstallProtocolInterface(handle, A, &interface_b));
    drop_handle(handle);
}

static void uninstall_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_INVALID_PARAMETER, bs->UninstallProtocolInterface(NULL, A, &interface_a));
    EXPECT(EFI_INVALID_PARAMETER, bs->UninstallProtocolInterface(handle, NULL, &interface_a));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER, bs->UninstallProtocolInterface(handle, A, &interface_a));
}

/* Somebody holds it who is no driver and cannot be stopped. */
static void uninstall_held(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    REQUIRE(EFI_SUCCESS,
            bs->OpenProtocol(handle, A, &found, self, handle, EFI_OPEN_PROTOCOL_BY_DRIVER));
    EXPECT(EFI_ACCESS_DENIED, bs->UninstallProtocolInterface(handle, A, &interface_a));
    EXPECT(EFI_ACCESS_DENIED,
           bs->ReinstallProtocolInterface(handle, A, &interface_a, &interface_b));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    CHECK(found == &interface_a);
    EXPECT(EFI_SUCCESS, bs->CloseProtocol(handle, A, self, handle));
    drop_handle(handle);
}

static void reinstall(void)
{
    EFI_HANDLE handle = make_handle();
    void *found = NULL;
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(handle, A, &interface_a, &interface_b));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    CHECK(found == &interface_b);
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(handle, A, &interface_b, &interface_b));
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(handle, A, &interface_b, NULL));
    EXPECT(EFI_SUCCESS, bs->ReinstallProtocolInterface(handle, A, NULL, &interface_a));
    drop_handle(handle);
}

static void reinstall_not_found(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_NOT_FOUND, bs->ReinstallProtocolInterface(handle, B, &interface_b, &interface_b));
    EXPECT(EFI_NOT_FOUND, bs->ReinstallProtocolInterface(handle, A, &interface_b, &interface_b));
    drop_handle(handle);
}

static void reinstall_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    EXPECT(EFI_INVALID_PARAMETER,
           bs->ReinstallProtocolInterface(NULL, A, &interface_a, &interface_b));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->ReinstallProtocolInterface(handle, NULL, &interface_a, &interface_b));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER,
           bs->ReinstallProtocolInterface(handle, A, &interface_a, &interface_b));
}

static void handle_protocol_unsupported(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_UNSUPPORTED, bs->HandleProtocol(handle, GUID_OF(TEST_NONE), &found));
    drop_handle(handle);
}

static void handle_protocol_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(NULL, A, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(handle, NULL, &found));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(handle, A, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(&interface_a, A, &found));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(handle, A, &found));
}

static void protocols_per_handle(void)
{
    EFI_HANDLE handle = make_handle();
    EFI_GUID **guids;
    size_t count = 0;
    EXPECT(EFI_SUCCESS, install(&handle, B, &interface_b));
    REQUIRE(EFI_SUCCESS, bs->ProtocolsPerHandle(handle, &guids, &count));
    EQUAL(2, count);
    bool seen_a = false, seen_b = false;
    for (size_t i = 0; i < count; i++) {
        seen_a = seen_a || guid_equal(guids[i], A);
        seen_b = seen_b || guid_equal(guids[i], B);
    }
    CHECK(seen_a && seen_b);
    EXPECT(EFI_SUCCESS, bs->FreePool(guids));
    EXPECT(EFI_SUCCESS, bs->UninstallProtocolInterface(handle, B, &interface_b));
    drop_handle(handle);
}

static void protocols_per_handle_invalid(void)
{
    EFI_HANDLE handle = make_handle();
    EFI_GUID **guids;
    size_t count;
    EXPECT(EFI_INVALID_PARAMETER, bs->ProtocolsPerHandle(NULL, &guids, &count));
    EXPECT(EFI_INVALID_PARAMETER, bs->ProtocolsPerHandle(handle, NULL, &count));
    EXPECT(EFI_INVALID_PARAMETER, bs->ProtocolsPerHandle(handle, &guids, NULL));
    drop_handle(handle);
    EXPECT(EFI_INVALID_PARAMETER, bs->ProtocolsPerHandle(handle, &guids, &count));
}

static void multiple(void)
{
    EFI_HANDLE handle = NULL;
    void *found;
    REQUIRE(EFI_SUCCESS,
            bs->InstallMultipleProtocolInterfaces(&handle, A, &interface_a, B, &interface_b, NULL));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, B, &found));
    EXPECT(EFI_SUCCESS,
           bs->UninstallMultipleProtocolInterfaces(handle, A, &interface_a, B, &interface_b, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->HandleProtocol(handle, A, &found));
}

/* What was installed before the failure is taken back. */
static void multiple_undone(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallMultipleProtocolInterfaces(&handle, B, &interface_b, A, &interface_a, NULL));
    EXPECT(EFI_UNSUPPORTED, bs->HandleProtocol(handle, B, &found));
    drop_handle(handle);
}

static void multiple_invalid(void)
{
    EFI_HANDLE handle = stale_handle();
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallMultipleProtocolInterfaces(NULL, A, &interface_a, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->InstallMultipleProtocolInterfaces(&handle, A, &interface_a, NULL));
}

static void multiple_same_path(void)
{
    struct test_path path = make_path(1), copy = path;
    EFI_HANDLE first = NULL, second = NULL;
    REQUIRE(EFI_SUCCESS, bs->InstallMultipleProtocolInterfaces(
                             &first, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path, NULL));
    EXPECT(EFI_ALREADY_STARTED,
           bs->InstallMultipleProtocolInterfaces(&second, A, &interface_a,
                                                 GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &copy, NULL));
    CHECK(second == NULL);
    EXPECT(EFI_SUCCESS, bs->UninstallMultipleProtocolInterfaces(
                            first, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), &path, NULL));
}

/* Nothing is removed when one is not there. */
static void multiple_not_there(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->UninstallMultipleProtocolInterfaces(handle, A, &interface_a, B, &interface_b, NULL));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, A, &found));
    drop_handle(handle);
}

static void multiple_held(void)
{
    EFI_HANDLE handle = make_handle();
    void *found;
    EXPECT(EFI_SUCCESS, install(&handle, B, &interface_b));
    EXPECT(EFI_SUCCESS,
           bs->OpenProtocol(handle, A, &found, self, handle, EFI_OPEN_PROTOCOL_BY_DRIVER));
    CHECK(EFI_ERROR(
        bs->UninstallMultipleProtocolInterfaces(handle, B, &interface_b, A, &interface_a, NULL)));
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, B, &found));
    EXPECT(EFI_SUCCESS, bs->CloseProtocol(handle, A, self, handle));
    EXPECT(EFI_SUCCESS,
           bs->UninstallMultipleProtocolInterfaces(handle, B, &interface_b, A, &interface_a, NULL));
}

static const struct selftest tests[] = {
    {"install", install_new},
    {"install-second", install_second},
    {"install-null-interface", install_null_interface},
    {"install-null", install_null},
    {"install-bad-type", install_bad_type},
    {"install-twice", install_twice},
    {"install-stale", install_stale},
    {"uninstall", uninstall},
    {"uninstall-not-found", uninstall_not_found},
    {"uninstall-invalid", uninstall_invalid},
    {"uninstall-held", uninstall_held},
    {"reinstall", reinstall},
    {"reinstall-not-found", reinstall_not_found},
    {"reinstall-invalid", reinstall_invalid},
    {"handle-protocol-unsupported", handle_protocol_unsupported},
    {"handle-protocol-invalid", handle_protocol_invalid},
    {"protocols-per-handle", protocols_per_handle},
    {"protocols-per-handle-invalid", protocols_per_handle_invalid},
    {"multiple", multiple},
    {"multiple-undone", multiple_undone},
    {"multiple-invalid", multiple_invalid},
    {"multiple-same-path", multiple_same_path},
    {"multiple-not-there", multiple_not_there},
    {"multiple-held", multiple_held},
};

const struct topic topic_handle = TOPIC("handle", tests);
