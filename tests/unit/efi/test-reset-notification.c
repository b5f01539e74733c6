/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "efi/event.h"
#include "efi/protocols/reset_notification.h"
#include "efi/tpl.h"
#include "host/pool.h"

static EFI_RESET_NOTIFICATION_PROTOCOL *p = &reset_notification_protocol;
static char order[16];
static size_t order_length;
static unsigned group_signals;

/* Stand-ins for tpl.c and event.c. */
EFI_TPL tpl_raise_to(EFI_TPL tpl)
{
    return TPL_APPLICATION;
}

void EFIAPI efi_restore_tpl(EFI_TPL OldTpl)
{
    assert_int_equal(OldTpl, TPL_APPLICATION);
}

void event_group_signal(const EFI_GUID *group)
{
    assert_true(guid_equal(group, GUID_OF(EFI_EVENT_GROUP_RESET_SYSTEM)));
    group_signals++;
}

static void called(char name, EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
    assert_int_equal(type, EfiResetWarm);
    assert_int_equal(status, EFI_TIMEOUT);
    assert_int_equal(size, 2);
    assert_ptr_equal(data, order);
    order[order_length++] = name;
}

static void EFIAPI a(EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
    called('a', type, status, size, data);
}

static void EFIAPI b(EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
    called('b', type, status, size, data);
}

/* Resets on its own account. */
static void EFIAPI resets(EFI_RESET_TYPE type, EFI_STATUS status, size_t size, void *data)
{
    called('r', type, status, size, data);
    reset_notification_run(type, status, size, data);
}

static void run(void)
{
    order_length = 0;
    group_signals = 0;
    reset_notification_run(EfiResetWarm, EFI_TIMEOUT, 2, order);
}

static void test_order(void **state)
{
    assert_int_equal(p->RegisterResetNotify(p, b), EFI_SUCCESS);
    assert_int_equal(p->RegisterResetNotify(p, a), EFI_SUCCESS);
    run();
    assert_memory_equal(order, "ba", 2);
    assert_int_equal(group_signals, 1);
    run(); /* once each */
    assert_int_equal(order_length, 0);
}

static void test_registration(void **state)
{
    assert_int_equal(p->RegisterResetNotify(p, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(p->UnregisterResetNotify(p, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(p->UnregisterResetNotify(p, a), EFI_INVALID_PARAMETER);
    assert_int_equal(p->RegisterResetNotify(p, a), EFI_SUCCESS);
    assert_int_equal(p->RegisterResetNotify(p, a), EFI_ALREADY_STARTED);
    assert_int_equal(p->UnregisterResetNotify(p, a), EFI_SUCCESS);
    assert_int_equal(p->UnregisterResetNotify(p, a), EFI_INVALID_PARAMETER);
    host_fail_allocation_after(0);
    assert_int_equal(p->RegisterResetNotify(p, a), EFI_OUT_OF_RESOURCES);
    host_fail_allocation_after(SIZE_MAX);
    run();
    assert_int_equal(order_length, 0);
}

static void test_nested(void **state)
{
    assert_int_equal(p->RegisterResetNotify(p, a), EFI_SUCCESS);
    assert_int_equal(p->RegisterResetNotify(p, resets), EFI_SUCCESS);
    assert_int_equal(p->RegisterResetNotify(p, b), EFI_SUCCESS);
    run();
    assert_int_equal(order_length, 3);
    assert_memory_equal(order, "arb", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_registration),
        cmocka_unit_test(test_nested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
