/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Watchdog, monotonic count and the small services. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "efi/event.h"
#include "efi/services_misc.h"
#include "efi/watchdog.h"
#include "models/apic.h"
#include "models/cpu.h"

static unsigned resets;
static EFI_RESET_TYPE reset_type;

static void EFIAPI reset_system(EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
    resets++;
    reset_type = type;
}

static int setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_init();
    watchdog_set_reset(reset_system);
    resets = 0;
    return 0;
}

static void pass_seconds(unsigned seconds)
{
    for (unsigned i = 0; i < seconds * 10; i++) {
        fake_cpu.tsc += 100000000;
        fake_apic_poll();
    }
}

static void test_watchdog(void **state)
{
    assert_int_equal(efi_set_watchdog_timer(0, 0, 0, NULL), EFI_SUCCESS);
    assert_int_equal(efi_set_watchdog_timer(1, 0, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_set_watchdog_timer(1, 0xffff, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_set_watchdog_timer(10, 0x10000, 8, (char16_t[]){'a', 'b', 'c', 0}),
                     EFI_SUCCESS);
    pass_seconds(9);
    assert_int_equal(efi_set_watchdog_timer(10, 0x10000, 0, NULL), EFI_SUCCESS);
    pass_seconds(9);
    assert_int_equal(resets, 0);
    pass_seconds(2);
    assert_int_equal(resets, 1);
    assert_int_equal(reset_type, EfiResetCold);

    assert_int_equal(efi_set_watchdog_timer(300, 0x10000, 0, NULL), EFI_SUCCESS);
    pass_seconds(299);
    assert_int_equal(resets, 1);
    assert_int_equal(efi_set_watchdog_timer(0, 0, 0, NULL), EFI_SUCCESS);
    pass_seconds(60);
    assert_int_equal(resets, 1);
    assert_int_equal(efi_set_watchdog_timer(SIZE_MAX, 0x10000, 0, NULL), EFI_SUCCESS);
    pass_seconds(5);
    assert_int_equal(resets, 1);

    /* A program that hangs in a notification function at TPL_CALLBACK does not escape. */
    assert_int_equal(efi_set_watchdog_timer(1, 0x10000, 0, NULL), EFI_SUCCESS);
    EFI_TPL old = efi_raise_tpl(TPL_CALLBACK);
    pass_seconds(2);
    assert_int_equal(resets, 2);
    efi_restore_tpl(old);
}

static uint64_t counter;
static EFI_STATUS count_status;

static EFI_STATUS count(uint64_t *ret)
{
    if (!EFI_ERROR(count_status))
        *ret = ++counter;
    return count_status;
}

static void test_monotonic_count(void **state)
{
    uint64_t value = 0;
    monotonic_count_set_source(NULL);
    assert_int_equal(efi_get_next_monotonic_count(&value), EFI_DEVICE_ERROR);
    counter = 7ull << 32;
    count_status = EFI_DEVICE_ERROR;
    monotonic_count_set_source(count);
    assert_int_equal(efi_get_next_monotonic_count(&value), EFI_DEVICE_ERROR);
    count_status = EFI_SUCCESS;
    assert_int_equal(efi_get_next_monotonic_count(&value), EFI_SUCCESS);
    assert_int_equal(value, (7ull << 32) + 1);
    assert_int_equal(efi_get_next_monotonic_count(NULL), EFI_INVALID_PARAMETER);
}

static void test_small_services(void **state)
{
    uint32_t crc = 0;
    assert_int_equal(efi_calculate_crc32("123456789", 9, &crc), EFI_SUCCESS);
    assert_int_equal(crc, 0xcbf43926);
    assert_int_equal(efi_calculate_crc32(NULL, 9, &crc), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_calculate_crc32("1", 0, &crc), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_calculate_crc32("1", 1, NULL), EFI_INVALID_PARAMETER);

    char text[] = "abcdef";
    efi_copy_mem(text + 1, text, 4); /* overlapping */
    assert_string_equal(text, "aabcdf");
    efi_set_mem(text, 3, 'x');
    assert_string_equal(text, "xxxcdf");

    uint64_t before = fake_cpu.tsc;
    assert_int_equal(efi_stall(1000), EFI_SUCCESS);
    assert_in_range(fake_cpu.tsc - before, 1000000, 1100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_watchdog, setup),
        cmocka_unit_test_setup(test_monotonic_count, setup),
        cmocka_unit_test_setup(test_small_services, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
