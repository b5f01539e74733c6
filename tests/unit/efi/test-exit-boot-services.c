/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ExitBootServices (UEFI 2.10 §7.4.6): groups once, timers off between them, the key. */
#include "core/pages.h"
#include "efi/configuration_table.h"
#include "efi/controller.h"
#include "efi/exit_boot_services.h"
#include "efi/handle.h"
#include "efi/image.h"
#include "efi/protocol_notify.h"
#include "efi/timer.h"
#include "unit/efi/event-fixture.h"

static EFI_SYSTEM_TABLE table;
static EFI_HANDLE image;
static unsigned runtime_exits;
static bool changes_map;

/* Its memory is firmware memory. */
void memory_attributes_update(void)
{
    note('m');
}

void memory_attributes_allow_relocation(void)
{
    note('w');
}

/* The linker tables of drivers stay out of this program. */
void controllers_quiesce(void)
{
    note('q');
}

static void exit_runtime(void)
{
    note('r');
    runtime_exits++;
}

static void keep_map(const EFI_MEMORY_DESCRIPTOR *map, size_t count)
{
    note('k');
}

static struct runtime_interface runtime = {.exit_boot_services = exit_runtime,
                                           .set_memory_map = keep_map};

static EFI_STATUS EFIAPI entry(EFI_HANDLE handle, EFI_SYSTEM_TABLE *st)
{
    return EFI_SUCCESS;
}

static void change_map(void)
{
    static uint64_t next = 0x100000;
    assert_int_equal(pages_add(next, EFI_PAGE_SIZE, EfiReservedMemoryType, 0), EFI_SUCCESS);
    next += 2 * EFI_PAGE_SIZE;
}

static void EFIAPI before(EFI_EVENT event, void *context)
{
    note('b');
    assert_false(fake_apic.shut_down);
    if (changes_map)
        change_map();
}

static void EFIAPI at_exit(EFI_EVENT event, void *context)
{
    note('x');
    assert_true(fake_apic.shut_down);
    if (changes_map)
        change_map();
    pass_us(20000);
}

static int start(void **state)
{
    setup(state);
    runtime_exits = 0;
    changes_map = false;
    image_services_init(&table, &runtime);
    exit_boot_services_init(&runtime);
    static bool added;
    if (!added)
        assert_int_equal(image_add_builtin("test", entry, &image), EFI_SUCCESS);
    added = true;

    EFI_EVENT event;
    static const EFI_GUID group = EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES_GUID;
    assert_int_equal(
        efi_create_event_ex(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, before, NULL, &group, &event),
        EFI_SUCCESS);
    assert_int_equal(
        efi_create_event(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, at_exit, NULL, &event),
        EFI_SUCCESS);
    EFI_EVENT tick = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, "t");
    assert_int_equal(efi_set_timer(tick, TimerPeriodic, 15 * MS), EFI_SUCCESS);
    return 0;
}

static void an_old_key_changes_nothing(void **state)
{
    assert_int_equal(efi_exit_boot_services(image, pages_key() + 1), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_exit_boot_services(NULL, pages_key()), EFI_INVALID_PARAMETER);
    assert_string_equal(trace, "");
    pass_us(20000);
    assert_string_equal(trace, "t");
}

static void timers_stop_between_the_groups(void **state)
{
    assert_int_equal(efi_exit_boot_services(image, pages_key()), EFI_SUCCESS);
    assert_string_equal(trace, "bxmwqkr");
    assert_false(fake_cpu.interrupts_enabled);
}

static void each_group_is_signalled_once(void **state)
{
    changes_map = true;
    assert_int_equal(efi_exit_boot_services(image, pages_key()), EFI_INVALID_PARAMETER);
    assert_string_equal(trace, "b");
    pass_us(20000);
    assert_int_equal(efi_exit_boot_services(image, pages_key()), EFI_INVALID_PARAMETER);
    assert_string_equal(trace, "bx");
    assert_int_equal(runtime_exits, 0);
    assert_int_equal(efi_exit_boot_services(image, pages_key()), EFI_SUCCESS);
    assert_string_equal(trace, "bxmwqkr");
    assert_int_equal(runtime_exits, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_old_key_changes_nothing, start, teardown),
        cmocka_unit_test_setup_teardown(timers_stop_between_the_groups, start, teardown),
        cmocka_unit_test_setup_teardown(each_group_is_signalled_once, start, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
