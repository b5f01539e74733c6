/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Timers, and notification functions that interrupt one another. */
#include "unit/efi/event-fixture.h"

static void test_set_timer_arguments(void **state)
{
    EFI_EVENT plain = make_plain(0), timer = make_plain(EVT_TIMER);
    assert_int_equal(efi_set_timer(plain, TimerRelative, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_set_timer(timer, 7, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_set_timer(timer, TimerRelative, UINT64_MAX), EFI_SUCCESS);
    pass_us(1000);
    assert_int_equal(efi_check_event(timer), EFI_NOT_READY);
    assert_int_equal(efi_set_timer(timer, TimerRelative, 0), EFI_SUCCESS); /* replaces the first */
    pass_us(20);
    assert_int_equal(efi_check_event(timer), EFI_SUCCESS);
}

static void test_timers_in_order(void **state)
{
    EFI_EVENT a = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    EFI_EVENT b = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "b");
    EFI_EVENT c = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "c");
    efi_set_timer(a, TimerRelative, 30 * MS);
    efi_set_timer(b, TimerRelative, 10 * MS);
    efi_set_timer(c, TimerPeriodic, 20 * MS);
    assert_int_equal(fake_apic.arms, 2); /* c comes after b: nothing to change */
    pass_us(45000);
    assert_string_equal(trace, "bcac");
    efi_set_timer(c, TimerCancel, 0);
    pass_us(100000);
    assert_string_equal(trace, "bcac");
}

static void test_period_zero_is_a_tick(void **state)
{
    EFI_EVENT a = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    efi_set_timer(a, TimerPeriodic, 0);
    pass_us(55000);
    assert_string_equal(trace, "aaaaa");
}

static void test_periodic_while_tpl_is_raised(void **state)
{
    EFI_EVENT a = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "a");
    efi_set_timer(a, TimerPeriodic, MS);
    EFI_TPL old = efi_raise_tpl(TPL_NOTIFY);
    pass_us(50000);
    assert_string_equal(trace, "");
    efi_restore_tpl(old);
    assert_string_equal(trace, "a"); /* once, not fifty times */
}

static void EFIAPI slow(EFI_EVENT event, void *context)
{
    note('(');
    assert_int_equal(tpl_current(), TPL_CALLBACK);
    assert_true(fake_cpu.interrupts_enabled);
    pass_us(25000);
    note(')');
}

static void test_nesting(void **state)
{
    EFI_EVENT outer, same = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, "s");
    EFI_EVENT inner = make(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, "N");
    efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, slow, NULL, &outer);
    efi_set_timer(outer, TimerRelative, MS);
    efi_set_timer(same, TimerRelative, 2 * MS);
    efi_set_timer(inner, TimerPeriodic, 10 * MS);
    pass_us(32000);
    /* The higher level interrupts, the same level waits. */
    assert_string_equal(trace, "(NN)sN");
    assert_int_equal(fake_apic.deepest, 2);
    assert_int_equal(tpl_current(), TPL_APPLICATION);
    assert_true(fake_cpu.interrupts_enabled);
    /* Only interrupts that had something to run saved x87 and SSE: outer, three times inner. */
    assert_int_equal(fake_apic.fpu_saves, 4);
}

static unsigned slow_calls;

static void EFIAPI slower_than_its_period(EFI_EVENT event, void *context)
{
    slow_calls++;
    pass_us(5000);
}

static void test_overrun_leaves_time_for_others(void **state)
{
    EFI_EVENT event;
    slow_calls = 0;
    efi_create_event(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, slower_than_its_period, NULL,
                     &event);
    efi_set_timer(event, TimerPeriodic, 2 * MS);
    uint64_t begin = fake_cpu.tsc, mine = 0;
    while (fake_cpu.tsc - begin < 100000000) { /* 100 ms */
        fake_cpu.tsc += 10000;
        mine += 10000;
        fake_apic_poll();
    }
    assert_in_range(slow_calls, 10, 16); /* each 7 ms */
    assert_in_range(mine, 20000000, 40000000);
    assert_int_equal(fake_apic.deepest,
                     2); /* the interrupt that finds it running, nothing deeper */
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_set_timer_arguments),
        TEST(test_timers_in_order),
        TEST(test_period_zero_is_a_tick),
        TEST(test_periodic_while_tpl_is_raised),
        TEST(test_nesting),
        TEST(test_overrun_leaves_time_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
