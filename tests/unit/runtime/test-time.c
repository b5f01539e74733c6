/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/runtime/start.h"

#include "lib/calendar.h"
#include "models/cmos.h"

static struct bus bus;
static struct cmos cmos;

static const EFI_TIME noon = {2026, 2, 28, 12, 34, 56, 0, 0, EFI_UNSPECIFIED_TIMEZONE, 0, 0};

static int setup(void **state)
{
    bus = (struct bus){.strict = true};
    cmos_init(&cmos, &bus);
    bus_use(&bus);
    cmos.time = noon;
    start(&(struct runtime_config){.has_cmos_rtc = true});
    return 0;
}

static int teardown(void **state)
{
    bus_use(NULL);
    assert_false(bus.failed);
    assert_true(runtime_interrupts_on);
    return 0;
}

static void expect_time(uint16_t year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                        unsigned second)
{
    EFI_TIME time;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_SUCCESS);
    assert_int_equal(time.Year, year);
    assert_int_equal(time.Month, month);
    assert_int_equal(time.Day, day);
    assert_int_equal(time.Hour, hour);
    assert_int_equal(time.Minute, minute);
    assert_int_equal(time.Second, second);
    assert_int_equal(time.Nanosecond, 0);
}

static void test_soundness(void **state)
{
    static const struct {
        EFI_TIME time;
        bool sound;
    } cases[] = {
        {{2026, 2, 28, 0, 0, 0, 0, 0, 0, 0, 0}, true},
        {{2026, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2024, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}, true},
        {{2000, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}, true},
        {{2100, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{1900, 2, 29, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{1900, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}, true},
        {{1899, 12, 31, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{9999, 12, 31, 23, 59, 59, 0, 999999999, 1440, 3, 0}, true},
        {{10000, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 13, 1, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 31, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 1, 24, 0, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 1, 0, 60, 0, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 1, 0, 0, 60, 0, 0, 0, 0, 0}, false},
        {{2026, 4, 1, 0, 0, 0, 0, 1000000000, 0, 0, 0}, false},
        {{2026, 4, 1, 0, 0, 0, 0, 0, -1440, 0, 0}, true},
        {{2026, 4, 1, 0, 0, 0, 0, 0, -1441, 0, 0}, false},
        {{2026, 4, 1, 0, 0, 0, 0, 0, 1441, 0, 0}, false},
        {{2026, 4, 1, 0, 0, 0, 0, 0, EFI_UNSPECIFIED_TIMEZONE, 0, 0}, true},
        {{2026, 4, 1, 0, 0, 0, 0, 0, 0, 4, 0}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(time_is_sound(&cases[i].time), cases[i].sound);

    const EFI_TIME epoch = {1970, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    const EFI_TIME leap = {2024, 3, 1, 0, 0, 1, 0, 0, 0, 0, 0};
    assert_int_equal(time_to_seconds(&epoch), 2208988800u);
    assert_int_equal(time_to_seconds(&leap) - time_to_seconds(&epoch), 1709251201u);
}

static void test_get(void **state)
{
    EFI_TIME time;
    EFI_TIME_CAPABILITIES capabilities = {0};
    assert_int_equal(rt->GetTime(NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetTime(&time, &capabilities), EFI_SUCCESS);
    assert_int_equal(capabilities.Resolution, 1);
    assert_int_equal(time.TimeZone, EFI_UNSPECIFIED_TIMEZONE);
    expect_time(2026, 2, 28, 12, 34, 56);
    assert_true(interface.services_supported & EFI_RT_SUPPORTED_GET_TIME);
}

static void test_modes(void **state)
{
    for (unsigned hour = 0; hour < 24; hour++) {
        for (unsigned b = 0; b < 8; b += 2) {
            cmos.ram[0x0b] = (uint8_t)b;
            cmos.time.Hour = (uint8_t)hour;
            expect_time(2026, 2, 28, hour, 34, 56);
        }
    }
}

static void test_cloud_hypervisor(void **state)
{
    cmos_make_cloud_hypervisor(&cmos);
    cmos.ram[0x0b] = 0;
    start(&(struct runtime_config){.has_cmos_rtc = true, .rtc_always_24_hours = true});
    for (unsigned hour = 0; hour < 24; hour++) {
        cmos.time.Hour = (uint8_t)hour;
        expect_time(2026, 2, 28, hour, 34, 56);
    }
    EFI_TIME other = noon;
    other.Hour = 13;
    assert_int_equal(rt->SetTime(&other), EFI_DEVICE_ERROR);
    assert_int_equal(cmos.ram[0x0b], 0);
}

static void test_century(void **state)
{
    cmos.time.Year = 1999;
    expect_time(1999, 2, 28, 12, 34, 56);
    cmos.has_century = false;
    static const uint8_t no_century[] = {0, 0xff, 0x7a, 0x18, 0x22};
    for (size_t i = 0; i < sizeof no_century; i++) {
        cmos.ram[0x32] = no_century[i];
        expect_time(2099, 2, 28, 12, 34, 56);
    }
    start(&(struct runtime_config){.has_cmos_rtc = true, .century_register = 0x33});
    cmos.ram[0x33] = 0x22;
    expect_time(2299, 2, 28, 12, 34, 56);
}

/* A tick at every place of the sequence of reads, just when all fields change. */
static void test_rollover(void **state)
{
    for (unsigned i = 1; i < 40; i++) {
        cmos.time = (EFI_TIME){
            .Year = 1999, .Month = 12, .Day = 31, .Hour = 23, .Minute = 59, .Second = 59};
        cmos.reads_until_tick = i;
        EFI_TIME time;
        assert_int_equal(rt->GetTime(&time, NULL), EFI_SUCCESS);
        if (time.Year == 1999) {
            assert_int_equal(time.Second, 59);
            assert_int_equal(time.Month, 12);
        } else {
            assert_int_equal(time.Year, 2000);
            assert_int_equal(time.Month, 1);
            assert_int_equal(time.Day, 1);
            assert_int_equal(time.Second, 0);
        }
    }
    cmos.updating = 100;
    EFI_TIME time;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_SUCCESS);
    assert_int_equal(cmos.updating, 0);
}

static void test_broken_clock(void **state)
{
    EFI_TIME time = noon;
    cmos.updating = 10000000;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_DEVICE_ERROR);
    cmos.updating = 0;
    cmos.time.Month = 0;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_DEVICE_ERROR);
    cmos.time.Month = 2;
    cmos.time.Day = 30;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_DEVICE_ERROR);
    assert_memory_equal(&time, &noon, sizeof time);

    bus_remove(&bus, &cmos.range);
    bus.strict = false;
    assert_int_equal(rt->GetTime(&time, NULL), EFI_UNSUPPORTED);
    assert_int_equal(rt->SetTime(&time), EFI_UNSUPPORTED);
    start(&(struct runtime_config){0});
    assert_int_equal(rt->GetTime(&time, NULL), EFI_UNSUPPORTED);
    assert_int_equal(rt->SetTime(&time), EFI_UNSUPPORTED);
}

static void test_set(void **state)
{
    static const uint8_t hours[] = {0, 1, 11, 12, 13, 23};
    for (unsigned b = 0; b < 8; b += 2) {
        for (size_t i = 0; i < sizeof hours; i++) {
            cmos.ram[0x0b] = (uint8_t)(b | 0x40);
            EFI_TIME time = {2031, 12, 9, hours[i], 8, 7, 0, 0, -120, EFI_TIME_ADJUST_DAYLIGHT, 0};
            assert_int_equal(rt->SetTime(&time), EFI_SUCCESS);
            assert_int_equal(cmos.ram[0x0b], b | 0x40);
            assert_int_equal(cmos.time.Hour, hours[i]);
            expect_time(2031, 12, 9, hours[i], 8, 7);
            EFI_TIME now;
            assert_int_equal(rt->GetTime(&now, NULL), EFI_SUCCESS);
            assert_int_equal(now.TimeZone, -120);
            assert_int_equal(now.Daylight, EFI_TIME_ADJUST_DAYLIGHT);
        }
    }
    EFI_TIME bad = noon;
    bad.Day = 31;
    assert_int_equal(rt->SetTime(&bad), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetTime(NULL), EFI_INVALID_PARAMETER);

    EFI_TIME far = noon; /* without a century, this cannot be kept */
    far.Year = 2126;
    cmos.has_century = false;
    assert_int_equal(rt->SetTime(&far), EFI_DEVICE_ERROR);
}

static void test_ticks_while_set(void **state)
{
    EFI_TIME time = {2030, 12, 31, 23, 59, 59, 0, 0, 0, 0, 0};
    cmos.reads_until_tick = 20;
    assert_int_equal(rt->SetTime(&time), EFI_SUCCESS);
    expect_time(2031, 1, 1, 0, 0, 0);
}

static void test_wakeup(void **state)
{
    bool enabled, pending;
    EFI_TIME time = noon;
    assert_int_equal(rt->GetWakeupTime(&enabled, &pending, &time), EFI_UNSUPPORTED);
    assert_int_equal(rt->GetWakeupTime(NULL, &pending, &time), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetWakeupTime(false, NULL), EFI_UNSUPPORTED);
    assert_int_equal(rt->SetWakeupTime(true, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetWakeupTime(true, &time), EFI_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soundness),
        cmocka_unit_test_setup_teardown(test_get, setup, teardown),
        cmocka_unit_test_setup_teardown(test_modes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cloud_hypervisor, setup, teardown),
        cmocka_unit_test_setup_teardown(test_century, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rollover, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_clock, setup, teardown),
        cmocka_unit_test_setup_teardown(test_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ticks_while_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wakeup, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
