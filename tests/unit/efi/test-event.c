/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Events, TPL, waiting and groups. */
#include "arch/cpu.h"
#include "unit/efi/event-fixture.h"

static void test_create_arguments(void **state)
{
    static const struct {
        uint32_t type;
        EFI_TPL tpl;
        bool function, group;
        EFI_STATUS expected;
    } cases[] = {
        {0, 0, false, false, EFI_SUCCESS},
        {EVT_TIMER, 0, false, false, EFI_SUCCESS},
        {EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, true, false, EFI_SUCCESS},
        {EVT_TIMER | EVT_NOTIFY_WAIT, TPL_NOTIFY, true, false, EFI_SUCCESS},
        {EVT_RUNTIME | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, true, false, EFI_SUCCESS},
        {EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, true, false, EFI_SUCCESS},
        {EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, true, false, EFI_SUCCESS},
        {EVT_NOTIFY_SIGNAL, TPL_NOTIFY, true, true, EFI_SUCCESS},
        {EVT_NOTIFY_SIGNAL, 17, true, false, EFI_SUCCESS},
        {EVT_NOTIFY_SIGNAL, TPL_HIGH_LEVEL, true, false, EFI_SUCCESS},
        {EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT, TPL_NOTIFY, true, false, EFI_INVALID_PARAMETER},
        {EVT_NOTIFY_SIGNAL, TPL_NOTIFY, false, false, EFI_INVALID_PARAMETER},
        {EVT_NOTIFY_WAIT, TPL_NOTIFY, false, false, EFI_INVALID_PARAMETER},
        {EVT_NOTIFY_SIGNAL, TPL_APPLICATION, true, false, EFI_INVALID_PARAMETER},
        {EVT_NOTIFY_SIGNAL, TPL_HIGH_LEVEL + 1, true, false, EFI_INVALID_PARAMETER},
        {0x1000, 0, true, false, EFI_INVALID_PARAMETER},
        {EVT_SIGNAL_EXIT_BOOT_SERVICES | EVT_TIMER, TPL_NOTIFY, true, false, EFI_INVALID_PARAMETER},
        {EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_NOTIFY, true, true, EFI_INVALID_PARAMETER},
        {EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, true, true, EFI_INVALID_PARAMETER},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EFI_EVENT event = NULL;
        EFI_STATUS status = efi_create_event_ex(
            cases[i].type, cases[i].tpl, cases[i].function ? notify_letter : NULL, "x",
            cases[i].group ? GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT) : NULL, &event);
        assert_int_equal(status, cases[i].expected);
        assert_true((event != NULL) == (status == EFI_SUCCESS));
    }
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, NULL), EFI_INVALID_PARAMETER);
}

static void test_garbage_events(void **state)
{
    EFI_EVENT event = make_plain(0);
    EFI_EVENT garbage[] = {NULL, (void *)1, (void *)0xdeadbeefdeadbeef, (char *)event + 16};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        assert_int_equal(efi_signal_event(garbage[i]), EFI_INVALID_PARAMETER);
        assert_int_equal(efi_check_event(garbage[i]), EFI_INVALID_PARAMETER);
        assert_int_equal(efi_close_event(garbage[i]), EFI_INVALID_PARAMETER);
        assert_int_equal(efi_set_timer(garbage[i], TimerCancel, 0), EFI_INVALID_PARAMETER);
    }
    assert_int_equal(efi_close_event(event), EFI_SUCCESS);
    assert_int_equal(efi_close_event(event), EFI_INVALID_PARAMETER);
}

static void test_many_events(void **state)
{
    EFI_EVENT events[3000];
    for (size_t i = 0; i < 3000; i++)
        events[i] = make_plain(0);
    for (size_t i = 0; i < 3000; i += 2)
        assert_int_equal(efi_close_event(events[i]), EFI_SUCCESS);
    for (size_t i = 0; i < 3000; i++)
        assert_int_equal(efi_signal_event(events[i]),
                         i % 2 == 0 ? EFI_INVALID_PARAMETER : EFI_SUCCESS);
}

static void test_order_of_dispatch(void **state)
{
    EFI_EVENT a = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    EFI_EVENT b = make(EVT_NOTIFY_SIGNAL, TPL_NOTIFY, "B");
    EFI_EVENT c = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "c");
    EFI_EVENT d = make(EVT_NOTIFY_SIGNAL, TPL_NOTIFY, "D");
    EFI_TPL old = efi_raise_tpl(TPL_HIGH_LEVEL);
    assert_int_equal(old, TPL_APPLICATION);
    assert_false(fake_cpu.interrupts_enabled);
    efi_signal_event(c);
    efi_signal_event(d);
    efi_signal_event(a);
    efi_signal_event(b);
    efi_signal_event(c); /* signaled already */
    assert_string_equal(trace, "");
    efi_restore_tpl(TPL_NOTIFY);
    assert_true(fake_cpu.interrupts_enabled);
    assert_string_equal(trace, "");
    efi_restore_tpl(TPL_CALLBACK);
    assert_string_equal(trace, "DB");
    efi_restore_tpl(TPL_APPLICATION);
    assert_string_equal(trace, "DBca");
    efi_signal_event(a);
    assert_string_equal(trace, "DBcaa");
}

static void test_interrupt_flag_is_kept(void **state)
{
    cpu_disable_interrupts();
    EFI_TPL old = efi_raise_tpl(TPL_HIGH_LEVEL);
    efi_restore_tpl(old);
    assert_false(fake_cpu.interrupts_enabled);
    EFI_EVENT a = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    efi_signal_event(a);
    assert_string_equal(trace, "a");
    assert_false(fake_cpu.interrupts_enabled);
}

static void test_check_event(void **state)
{
    EFI_EVENT plain = make_plain(0);
    assert_int_equal(efi_check_event(plain), EFI_NOT_READY);
    efi_signal_event(plain);
    assert_int_equal(efi_check_event(plain), EFI_SUCCESS);
    assert_int_equal(efi_check_event(plain), EFI_NOT_READY);
    EFI_EVENT signal = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    assert_int_equal(efi_check_event(signal), EFI_INVALID_PARAMETER);
}

static int wait_calls;

static void EFIAPI signal_at_third_look(EFI_EVENT event, void *context)
{
    if (++wait_calls == 3)
        efi_signal_event(event);
}

static void test_wait_event_is_polled(void **state)
{
    EFI_EVENT event;
    wait_calls = 0;
    efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, signal_at_third_look, NULL, &event);
    size_t index = 9;
    assert_int_equal(efi_wait_for_event(1, &event, &index), EFI_SUCCESS);
    assert_int_equal(index, 0);
    assert_int_equal(wait_calls, 3);
    assert_int_equal(fake_cpu.waits, 2); /* a tick between the looks */
}

static void slowly_enabled(void)
{
    fake_cpu.tsc += 20000000;
    fake_apic_poll();
}

/* The tick comes before the processor gets to halt: it must not be lost. */
static void test_wait_event_is_polled_however_late(void **state)
{
    EFI_EVENT event;
    wait_calls = 0;
    efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, signal_at_third_look, NULL, &event);
    size_t index = 9;
    fake_cpu.enabled = slowly_enabled;
    assert_int_equal(efi_wait_for_event(1, &event, &index), EFI_SUCCESS);
    assert_int_equal(wait_calls, 3);
}

static void test_wait_arguments(void **state)
{
    size_t index = 9;
    EFI_EVENT events[] = {make_plain(0), make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a")};
    assert_int_equal(efi_wait_for_event(0, events, &index), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_wait_for_event(1, NULL, &index), EFI_INVALID_PARAMETER);
    EFI_TPL old = efi_raise_tpl(TPL_CALLBACK);
    assert_int_equal(efi_wait_for_event(2, events, &index), EFI_UNSUPPORTED);
    efi_restore_tpl(old);
    assert_int_equal(efi_wait_for_event(2, events, &index), EFI_INVALID_PARAMETER);
    assert_int_equal(index, 1);
}

static void test_wait_for_timer_halts_once(void **state)
{
    EFI_EVENT events[] = {make_plain(0), make_plain(EVT_TIMER)};
    size_t index = 9;
    uint64_t before = fake_cpu.tsc;
    assert_int_equal(efi_set_timer(events[1], TimerRelative, 5000 * MS), EFI_SUCCESS);
    assert_int_equal(efi_wait_for_event(2, events, &index), EFI_SUCCESS);
    assert_int_equal(index, 1);
    assert_int_equal(fake_cpu.waits, 1);
    assert_in_range(fake_cpu.tsc - before, 5000000000ull, 5001000000ull);
}

static void test_wait_with_interrupts_off_spins(void **state)
{
    EFI_EVENT event = make_plain(EVT_TIMER);
    size_t index = 9;
    cpu_disable_interrupts();
    efi_set_timer(event, TimerRelative, 2 * MS);
    assert_int_equal(efi_wait_for_event(1, &event, &index), EFI_SUCCESS);
    assert_int_equal(fake_cpu.waits, 0);
    assert_int_equal(fake_apic.interrupts, 0);
    assert_false(fake_cpu.interrupts_enabled);
}

static uint32_t slow_tick_us(void)
{
    return 50000;
}

static void test_slow_tick(void **state)
{
    EFI_EVENT event;
    wait_calls = 0;
    efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, signal_at_third_look, NULL, &event);
    event_set_tick(event, slow_tick_us);
    size_t index;
    uint64_t before = fake_cpu.tsc;
    assert_int_equal(efi_wait_for_event(1, &event, &index), EFI_SUCCESS);
    assert_int_equal(fake_cpu.waits, 2);
    assert_in_range(fake_cpu.tsc - before, 100000000, 101000000);
}

/* The shortest of those that wait decides. */
static void test_ticks_of_two_events(void **state)
{
    EFI_EVENT events[2];
    wait_calls = 0;
    events[0] = make(EVT_NOTIFY_WAIT, TPL_CALLBACK, "w");
    efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, signal_at_third_look, NULL, &events[1]);
    event_set_tick(events[1], slow_tick_us);
    size_t index = 9;
    uint64_t before = fake_cpu.tsc;
    assert_int_equal(efi_wait_for_event(2, events, &index), EFI_SUCCESS);
    assert_int_equal(index, 1);
    assert_in_range(fake_cpu.tsc - before, 20000000, 21000000);
}

static uint32_t no_tick(void)
{
    return 0;
}

/* Something else interrupts: here a timer that nobody waits for. */
static void test_no_tick(void **state)
{
    EFI_EVENT event, timer = make_plain(EVT_TIMER);
    wait_calls = 0;
    efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, signal_at_third_look, NULL, &event);
    event_set_tick(event, no_tick);
    efi_set_timer(timer, TimerPeriodic, 300 * MS);
    size_t index;
    uint64_t before = fake_cpu.tsc;
    assert_int_equal(efi_wait_for_event(1, &event, &index), EFI_SUCCESS);
    assert_int_equal(fake_cpu.waits, 2);
    assert_in_range(fake_cpu.tsc - before, 600000000, 601000000);
}

static void EFIAPI close_self(EFI_EVENT event, void *context)
{
    note('x');
    assert_int_equal(efi_close_event(event), EFI_SUCCESS);
}

static void test_close_in_notification(void **state)
{
    EFI_EVENT event;
    efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, close_self, NULL, &event);
    efi_set_timer(event, TimerPeriodic, MS);
    pass_us(20000);
    assert_string_equal(trace, "x");
    assert_int_equal(efi_signal_event(event), EFI_INVALID_PARAMETER);
}

static void test_close_unqueues(void **state)
{
    EFI_EVENT event = make(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    EFI_TPL old = efi_raise_tpl(TPL_NOTIFY);
    efi_signal_event(event);
    efi_close_event(event);
    efi_restore_tpl(old);
    assert_string_equal(trace, "");
}

static EFI_EVENT make_grouped(const char *letter, EFI_TPL tpl, const EFI_GUID *group)
{
    EFI_EVENT event;
    assert_int_equal(
        efi_create_event_ex(EVT_NOTIFY_SIGNAL, tpl, notify_letter, letter, group, &event),
        EFI_SUCCESS);
    return event;
}

static void test_groups(void **state)
{
    EFI_EVENT a = make_grouped("a", TPL_CALLBACK, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT));
    make_grouped("B", TPL_NOTIFY, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT));
    make_grouped("z", TPL_NOTIFY, GUID_OF(EFI_EVENT_GROUP_RESET_SYSTEM));
    EFI_EVENT plain;
    efi_create_event_ex(0, 0, NULL, NULL, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT), &plain);
    efi_signal_event(a);
    assert_string_equal(trace, "Ba");
    assert_int_equal(efi_check_event(plain), EFI_SUCCESS);

    make(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, "e");
    make_grouped("f", TPL_CALLBACK, GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES));
    event_group_signal(GUID_OF(EFI_EVENT_GROUP_EXIT_BOOT_SERVICES));
    assert_string_equal(trace, "Baef");

    event_group_queue(GUID_OF(EFI_EVENT_GROUP_RESET_SYSTEM));
    assert_string_equal(trace, "Baef");
    tpl_dispatch();
    assert_string_equal(trace, "Baefz");
}

static EFI_STATUS add_result;

static EFI_STATUS add_runtime(EFI_EVENT event, EFI_EVENT_NOTIFY function, void *context,
                              EFI_TPL tpl)
{
    note('+');
    return add_result;
}

static EFI_STATUS remove_runtime(EFI_EVENT event)
{
    note('-');
    return EFI_SUCCESS;
}

static void test_virtual_address_events_go_to_the_runtime(void **state)
{
    event_set_runtime_hooks(&(struct event_runtime_hooks){add_runtime, remove_runtime});
    add_result = EFI_SUCCESS;
    EFI_EVENT event = make(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, "v");
    efi_close_event(event);
    assert_string_equal(trace, "+-");
    add_result = EFI_OUT_OF_RESOURCES;
    assert_int_equal(efi_create_event(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, notify_letter,
                                      NULL, &event),
                     EFI_OUT_OF_RESOURCES);
}

static void test_shutdown(void **state)
{
    EFI_EVENT event = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    efi_set_timer(event, TimerPeriodic, MS);
    EFI_TPL old = efi_raise_tpl(TPL_NOTIFY);
    efi_signal_event(event);
    events_shutdown();
    assert_false(fake_cpu.interrupts_enabled);
    assert_true(fake_apic.shut_down);
    assert_int_equal(fake_apic.deadline, 0);
    efi_restore_tpl(old);
    assert_string_equal(trace, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_create_arguments),
        TEST(test_garbage_events),
        TEST(test_many_events),
        TEST(test_order_of_dispatch),
        TEST(test_interrupt_flag_is_kept),
        TEST(test_check_event),
        TEST(test_wait_event_is_polled),
        TEST(test_wait_event_is_polled_however_late),
        TEST(test_wait_arguments),
        TEST(test_wait_for_timer_halts_once),
        TEST(test_wait_with_interrupts_off_spins),
        TEST(test_slow_tick),
        TEST(test_ticks_of_two_events),
        TEST(test_no_tick),
        TEST(test_close_in_notification),
        TEST(test_close_unqueues),
        TEST(test_groups),
        TEST(test_virtual_address_events_go_to_the_runtime),
        TEST(test_shutdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
