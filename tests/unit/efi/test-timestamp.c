/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/time.h"
#include "efi/protocols/timestamp.h"

/* A clock of 1 kHz. */
static uint64_t now;

uint64_t time_now_ticks(void)
{
    return now++;
}

uint64_t time_frequency(void)
{
    return 1000;
}

static void test_timestamp(void **state)
{
    EFI_TIMESTAMP_PROPERTIES properties;
    assert_int_equal(timestamp_protocol.GetProperties(NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(timestamp_protocol.GetProperties(&properties), EFI_SUCCESS);
    assert_int_equal(properties.Frequency, 1000);
    assert_int_equal(properties.EndValue, UINT64_MAX);
    uint64_t first = timestamp_protocol.GetTimestamp();
    assert_int_equal(timestamp_protocol.GetTimestamp(), first + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_timestamp)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
