/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/efi/hii-fixture.h"

#include "efi/protocol/device_path.h"

static struct bytes b;

static const EFI_HII_PACKAGE_LIST_HEADER *list_with(uint8_t content)
{
    begin_list(&b, &A);
    put_guid_package(&b, &B, content);
    return end_list(&b);
}

/* What notification functions heard, a letter and the package's last byte each. */
static char heard[64];
static EFI_HII_HANDLE heard_handle;

static EFI_STATUS EFIAPI listen(uint8_t type, const EFI_GUID *guid,
                                const EFI_HII_PACKAGE_HEADER *package, EFI_HII_HANDLE handle,
                                EFI_HII_DATABASE_NOTIFY_TYPE notify_type)
{
    size_t length = strlen(heard);
    assert_true((type == EFI_HII_PACKAGE_TYPE_GUID) == (guid != NULL));
    heard[length] = notify_type == EFI_HII_DATABASE_NOTIFY_NEW_PACK      ? 'n'
                    : notify_type == EFI_HII_DATABASE_NOTIFY_REMOVE_PACK ? 'r'
                    : notify_type == EFI_HII_DATABASE_NOTIFY_EXPORT_PACK ? 'e'
                                                                         : 'a';
    heard[length + 1] = ((const char *)package)[package->Length - 1];
    heard[length + 2] = '\0';
    heard_handle = handle;
    return EFI_SUCCESS;
}

static EFI_HANDLE listen_to(uint8_t type, const EFI_GUID *guid, size_t notify_type)
{
    EFI_HANDLE handle = NULL;
    heard[0] = '\0';
    assert_int_equal(
        database->RegisterPackageNotify(database, type, guid, listen, notify_type, &handle),
        EFI_SUCCESS);
    return handle;
}

static void lists_are_exported_as_they_were(void **state)
{
    uint8_t out[4096];
    const EFI_HII_PACKAGE_LIST_HEADER *list = list_with('x');
    EFI_HII_HANDLE first = add_list(list), second = add_list(list);
    assert_ptr_not_equal(first, second);

    size_t size = 0;
    assert_int_equal(database->ExportPackageLists(database, first, &size, NULL),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, b.size);
    assert_int_equal(database->ExportPackageLists(database, first, &size, (void *)out),
                     EFI_SUCCESS);
    assert_memory_equal(out, b.data, size);
    size = sizeof out;
    assert_int_equal(database->ExportPackageLists(database, NULL, &size, (void *)out), EFI_SUCCESS);
    assert_int_equal(size, 2 * b.size);
    assert_memory_equal(out + b.size, b.data, b.size);

    assert_int_equal(database->RemovePackageList(database, first), EFI_SUCCESS);
    assert_int_equal(database->RemovePackageList(database, first), EFI_NOT_FOUND);
    assert_int_equal(database->ExportPackageLists(database, first, &size, (void *)out),
                     EFI_NOT_FOUND);
    assert_int_equal(database->ExportPackageLists(database, NULL, NULL, (void *)out),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(database->ExportPackageLists(database, NULL, &size, NULL),
                     EFI_INVALID_PARAMETER);
}

static void lists_are_found_by_type(void **state)
{
    EFI_HII_HANDLE found[4], guid_list = add_list(list_with('x'));
    begin_list(&b, &B);
    begin_strings(&b, "en");
    put8(&b, EFI_HII_SIBT_END);
    end_package(&b);
    EFI_HII_HANDLE string_list = add_list(end_list(&b));

    size_t size = sizeof found;
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_ALL, NULL, &size, found),
        EFI_SUCCESS);
    assert_int_equal(size, 2 * sizeof *found);
    assert_ptr_equal(found[0], guid_list);
    size = sizeof found;
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_STRINGS, NULL, &size, found),
        EFI_SUCCESS);
    assert_int_equal(size, sizeof *found);
    assert_ptr_equal(found[0], string_list);
    size = sizeof found;
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_GUID, &B, &size, found),
        EFI_SUCCESS);
    assert_ptr_equal(found[0], guid_list);
    size = 0;
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_ALL, NULL, &size, NULL),
        EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 2 * sizeof *found);
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_GUID, &C, &size, found),
        EFI_NOT_FOUND);
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_GUID, NULL, &size, found),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_STRINGS, &B, &size, found),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        database->ListPackageLists(database, EFI_HII_PACKAGE_TYPE_ALL, NULL, NULL, found),
        EFI_INVALID_PARAMETER);
}

static void update_replaces_packages_of_the_same_kind(void **state)
{
    uint8_t out[4096];
    begin_list(&b, &A);
    put_guid_package(&b, &B, '1');
    put_guid_package(&b, &C, '2');
    EFI_HII_HANDLE handle = add_list(end_list(&b));
    listen_to(EFI_HII_PACKAGE_TYPE_ALL, NULL, 15);
    assert_int_equal(database->UpdatePackageList(database, handle, list_with('3')), EFI_SUCCESS);
    assert_string_equal(heard, "r1a3");
    assert_ptr_equal(heard_handle, handle);

    begin_list(&b, &A);
    put_guid_package(&b, &C, '2');
    put_guid_package(&b, &B, '3');
    end_list(&b);
    size_t size = sizeof out;
    assert_int_equal(database->ExportPackageLists(database, handle, &size, (void *)out),
                     EFI_SUCCESS);
    assert_int_equal(size, b.size);
    assert_memory_equal(out, b.data, size);
    assert_string_equal(heard, "r1a3e2e3");
    assert_int_equal(database->UpdatePackageList(database, handle, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(database->UpdatePackageList(database, &one, list_with('3')), EFI_NOT_FOUND);
}

static void functions_hear_what_they_registered_for(void **state)
{
    EFI_HANDLE unused,
        listener = listen_to(EFI_HII_PACKAGE_TYPE_GUID, &B, EFI_HII_DATABASE_NOTIFY_NEW_PACK);
    EFI_HII_HANDLE handle = add_list(list_with('x'));
    assert_string_equal(heard, "nx");
    begin_list(&b, &A);
    put_guid_package(&b, &C, 'y');
    add_list(end_list(&b));
    assert_int_equal(database->RemovePackageList(database, handle), EFI_SUCCESS);
    assert_string_equal(heard, "nx");

    assert_int_equal(database->UnregisterPackageNotify(database, listener), EFI_SUCCESS);
    assert_int_equal(database->UnregisterPackageNotify(database, listener), EFI_NOT_FOUND);
    add_list(list_with('z'));
    assert_string_equal(heard, "nx");
    assert_int_equal(database->RegisterPackageNotify(database, EFI_HII_PACKAGE_TYPE_GUID, NULL,
                                                     listen, 1, &unused),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(
        database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, &A, listen, 1, &unused),
        EFI_INVALID_PARAMETER);
    assert_int_equal(
        database->RegisterPackageNotify(database, EFI_HII_PACKAGE_STRINGS, NULL, listen, 1, NULL),
        EFI_INVALID_PARAMETER);
}

static EFI_HANDLE self, other;

/* Takes itself, another function, and the list away. */
static EFI_STATUS EFIAPI destroy(uint8_t type, const EFI_GUID *guid,
                                 const EFI_HII_PACKAGE_HEADER *package, EFI_HII_HANDLE handle,
                                 EFI_HII_DATABASE_NOTIFY_TYPE notify_type)
{
    if (notify_type != EFI_HII_DATABASE_NOTIFY_NEW_PACK)
        return EFI_SUCCESS;
    assert_int_equal(database->UnregisterPackageNotify(database, self), EFI_SUCCESS);
    assert_int_equal(database->UnregisterPackageNotify(database, other), EFI_SUCCESS);
    assert_int_equal(database->RemovePackageList(database, handle), EFI_SUCCESS);
    return EFI_SUCCESS;
}

static void a_notification_function_may_change_everything(void **state)
{
    EFI_HII_HANDLE handle;
    assert_int_equal(database->RegisterPackageNotify(database, EFI_HII_PACKAGE_TYPE_ALL, NULL,
                                                     destroy, 3, &self),
                     EFI_SUCCESS);
    other = listen_to(EFI_HII_PACKAGE_TYPE_ALL, NULL, 15);
    begin_list(&b, &A);
    put_guid_package(&b, &B, '1');
    put_guid_package(&b, &B, '2');
    assert_int_equal(database->NewPackageList(database, end_list(&b), NULL, &handle), EFI_SUCCESS);
    assert_string_equal(heard, "");
    assert_int_equal(database->RemovePackageList(database, handle), EFI_NOT_FOUND);
}

static void a_drivers_device_path_is_a_package(void **state)
{
    static const EFI_DEVICE_PATH_PROTOCOL end = {0x7f, 0xff, {4, 0}};
    uint8_t out[4096];
    EFI_HII_HANDLE handle;
    EFI_HANDLE found,
        driver = install(NULL, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void *)(uintptr_t)&end);
    assert_int_equal(database->NewPackageList(database, list_with('x'), driver, &handle),
                     EFI_SUCCESS);
    assert_int_equal(database->GetPackageListHandle(database, handle, &found), EFI_SUCCESS);
    assert_ptr_equal(found, driver);
    assert_int_equal(database->GetPackageListHandle(database, handle, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(database->GetPackageListHandle(database, &one, &found), EFI_INVALID_PARAMETER);

    size_t size = sizeof out;
    assert_int_equal(database->ExportPackageLists(database, handle, &size, (void *)out),
                     EFI_SUCCESS);
    assert_int_equal(size, b.size + 8);
    const uint8_t package[] = {8, 0, 0, EFI_HII_PACKAGE_DEVICE_PATH, 0x7f, 0xff, 4, 0};
    assert_memory_equal(out + size - 4 - sizeof package, package, sizeof package);
}

static void refused(const EFI_HII_PACKAGE_LIST_HEADER *list)
{
    EFI_HII_HANDLE handle = &one;
    assert_int_equal(database->NewPackageList(database, list, NULL, &handle),
                     EFI_INVALID_PARAMETER);
    assert_ptr_equal(handle, &one);
}

static void malformed_lists_are_refused(void **state)
{
    EFI_HII_HANDLE handle;
    refused(NULL);
    assert_int_equal(database->NewPackageList(database, list_with('x'), NULL, NULL),
                     EFI_INVALID_PARAMETER);
    list_with('x');
    b.data[16] = 19; /* shorter than its header */
    refused((void *)b.data);
    list_with('x');
    b.data[20] = 3; /* a package shorter than its header */
    refused((void *)b.data);
    list_with('x');
    b.data[22] = 1; /* a package longer than the list */
    refused((void *)b.data);
    list_with('x');
    b.data[20] = 8; /* a GUID package without its GUID */
    refused((void *)b.data);
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_DEVICE_PATH);
    put32(&b, 0x00040101); /* without an end */
    end_package(&b);
    refused(end_list(&b));
    /* The end package may be missing. */
    list_with('x');
    b.data[16] = (uint8_t)(b.size - 4);
    assert_int_equal(database->NewPackageList(database, (void *)b.data, NULL, &handle),
                     EFI_SUCCESS);
}

static void put_layout(const EFI_GUID *guid)
{
    put16(&b, 23 + 16 + 2);
    put(&b, guid, sizeof *guid);
    put32(&b, 23 + 16);
    put8(&b, 1);
    for (int i = 0; i < 16; i++)
        put8(&b, (uint8_t)i);
    put16(&b, 0);
}

static unsigned layout_events;

static void EFIAPI count_event(EFI_EVENT event, void *context)
{
    layout_events++;
}

static void keyboard_layouts_are_found_and_set(void **state)
{
    uint8_t out[64];
    EFI_GUID guids[2];
    EFI_EVENT event;
    uint16_t size = sizeof guids;
    assert_int_equal(database->FindKeyboardLayouts(database, &size, guids), EFI_NOT_FOUND);
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_KEYBOARD_LAYOUT);
    put16(&b, 2);
    put_layout(&B);
    put_layout(&C);
    end_package(&b);
    EFI_HII_HANDLE handle = add_list(end_list(&b));
    assert_int_equal(database->FindKeyboardLayouts(database, &size, guids), EFI_SUCCESS);
    assert_int_equal(size, sizeof guids);
    assert_true(guid_equal(&guids[1], &C));
    size = 0;
    assert_int_equal(database->FindKeyboardLayouts(database, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof guids);
    assert_int_equal(database->FindKeyboardLayouts(database, NULL, guids), EFI_INVALID_PARAMETER);

    layout_events = 0;
    assert_int_equal(efi_create_event_ex(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, count_event, NULL,
                                         GUID_OF(EFI_HII_SET_KEYBOARD_LAYOUT_EVENT), &event),
                     EFI_SUCCESS);
    size = sizeof out;
    assert_int_equal(database->GetKeyboardLayout(database, NULL, &size, (void *)out),
                     EFI_NOT_FOUND);
    assert_int_equal(database->SetKeyboardLayout(database, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(database->SetKeyboardLayout(database, &A), EFI_NOT_FOUND);
    assert_int_equal(database->SetKeyboardLayout(database, &C), EFI_SUCCESS);
    assert_int_equal(layout_events, 1);
    assert_int_equal(database->GetKeyboardLayout(database, NULL, &size, (void *)out), EFI_SUCCESS);
    assert_int_equal(size, 41);
    assert_memory_equal(out + 2, &C, sizeof C);
    size = 40;
    assert_int_equal(database->GetKeyboardLayout(database, &B, &size, (void *)out),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 41);
    assert_int_equal(database->GetKeyboardLayout(database, &B, NULL, (void *)out),
                     EFI_INVALID_PARAMETER);

    assert_int_equal(database->RemovePackageList(database, handle), EFI_SUCCESS);
    assert_int_equal(database->GetKeyboardLayout(database, NULL, &size, (void *)out),
                     EFI_NOT_FOUND);
    efi_close_event(event);
}

static void malformed_keyboard_layouts_are_refused(void **state)
{
    begin_list(&b, &A);
    begin_package(&b, EFI_HII_PACKAGE_KEYBOARD_LAYOUT);
    put16(&b, 2);
    put_layout(&B);
    end_package(&b);
    refused(end_list(&b)); /* one is missing */
    b.data[20 + 4] = 1;
    b.data[20 + 6] = 38; /* shorter than its descriptor */
    refused((void *)b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_are_exported_as_they_were, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(lists_are_found_by_type, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(update_replaces_packages_of_the_same_kind, setup,
                                        hii_teardown),
        cmocka_unit_test_setup_teardown(functions_hear_what_they_registered_for, setup,
                                        hii_teardown),
        cmocka_unit_test_setup_teardown(a_notification_function_may_change_everything, setup,
                                        hii_teardown),
        cmocka_unit_test_setup_teardown(a_drivers_device_path_is_a_package, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(malformed_lists_are_refused, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(keyboard_layouts_are_found_and_set, setup, hii_teardown),
        cmocka_unit_test_setup_teardown(malformed_keyboard_layouts_are_refused, setup,
                                        hii_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
