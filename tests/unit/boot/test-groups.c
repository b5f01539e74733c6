/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The event groups around boot options (UEFI 2.10 §7.1.1 and §3.1.7). */
#include "boot/early.h"
#include "boot/order.h"
#include "unit/boot/manager-fixture.h"

/* 'R' and 'A' for the groups, 'L' for what was loaded before. */
static char heard[16];
static unsigned loads_seen;

static void EFIAPI hear(EFI_EVENT event, void *context)
{
    size_t length = strlen(heard);
    assert_true(length + 2 < sizeof heard);
    if (load_count > loads_seen)
        heard[length++] = 'L';
    loads_seen = load_count;
    heard[length++] = *(const char *)context;
    heard[length] = 0;
}

static void listen(const EFI_GUID *group, const char *letter, EFI_EVENT *ret)
{
    assert_int_equal(bs.CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, hear, letter, group, ret),
                     EFI_SUCCESS);
}

/* Each attempt is announced, before its loader is read. */
static void ready_to_boot(void **state)
{
    EFI_EVENT ready, after;
    heard[0] = 0;
    loads_seen = 0;
    listen(GUID_OF(EFI_EVENT_GROUP_AFTER_READY_TO_BOOT), "A", &after);
    listen(GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT), "R", &ready);
    boot_option_text = "disk,disk0";
    boot_host_order(&boot);
    assert_int_equal(load_count, 2);
    assert_string_equal(heard, "RALRA");
    assert_int_equal(bs.CloseEvent(ready), EFI_SUCCESS);
    assert_int_equal(bs.CloseEvent(after), EFI_SUCCESS);
}

/* Drivers and system preparation come before it (§3.1.7). */
static void not_for_drivers(void **state)
{
    EFI_EVENT ready, after;
    heard[0] = 0;
    loads_seen = 0;
    listen(GUID_OF(EFI_EVENT_GROUP_AFTER_READY_TO_BOOT), "A", &after);
    listen(GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT), "R", &ready);
    put_file_option(u"Driver0000", LOAD_OPTION_ACTIVE, u"\\greeting.txt");
    put(u"DriverOrder", "\0\0", 2);
    put_file_option(u"SysPrep0000", LOAD_OPTION_ACTIVE, u"\\greeting.txt");
    put(u"SysPrepOrder", "\0\0", 2);
    early_drivers(&boot);
    early_applications(&boot);
    assert_int_equal(load_count, 2);
    assert_string_equal(heard, "");
    assert_int_equal(bs.CloseEvent(ready), EFI_SUCCESS);
    assert_int_equal(bs.CloseEvent(after), EFI_SUCCESS);
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ready_to_boot, start, disk_teardown),
        cmocka_unit_test_setup_teardown(not_for_drivers, start, disk_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
