/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "efi/protocols/memory_attribute.h"
#include "platform/memory_setup.h"
#include "unit/efi/fake-memory.h"

#define BASE (FAKE_MEMORY_BASE + 0x10000)
#define RO   EFI_MEMORY_RO
#define XP   EFI_MEMORY_XP
#define RP   EFI_MEMORY_RP

static EFI_MEMORY_ATTRIBUTE_PROTOCOL *p = &memory_attribute_protocol;

EFI_STATUS memory_map_high(void)
{
    return EFI_SUCCESS;
}

static uint64_t get(uint64_t base, uint64_t size)
{
    uint64_t attributes = ~0ull;
    assert_int_equal(p->GetMemoryAttributes(p, base, size, &attributes), EFI_SUCCESS);
    return attributes;
}

static void test_set_and_clear(void **state)
{
    assert_int_equal(get(BASE, 0x4000), XP);
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x2000, RO), EFI_SUCCESS);
    assert_int_equal(get(BASE, 0x2000), RO | XP);
    assert_int_equal(get(BASE + 0x2000, 0x1000), XP);
    assert_int_equal(get(BASE - 0x1000, 0x1000), XP);

    assert_int_equal(p->ClearMemoryAttributes(p, BASE, 0x3000, XP), EFI_SUCCESS);
    assert_int_equal(get(BASE, 0x2000), RO);
    assert_int_equal(get(BASE + 0x2000, 0x1000), 0);
    assert_int_equal(p->SetMemoryAttributes(p, BASE + 0x2000, 0x1000, RO | XP), EFI_SUCCESS);
    assert_int_equal(get(BASE + 0x2000, 0x1000), RO | XP);
    assert_int_equal(p->ClearMemoryAttributes(p, BASE, 0x3000, RO | XP), EFI_SUCCESS);
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x3000, XP), EFI_SUCCESS);
    assert_int_equal(get(BASE, 0x4000), XP);

    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x1000, RP), EFI_SUCCESS);
    assert_int_equal(get(BASE, 0x1000), RP);
    assert_int_equal(p->ClearMemoryAttributes(p, BASE, 0x1000, RP), EFI_SUCCESS);
    assert_int_equal(get(BASE, 0x1000), XP);
}

static void test_nothing_to_do(void **state)
{
    unsigned calls = fake_paging.calls;
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x100000, XP), EFI_SUCCESS);
    assert_int_equal(fake_paging.calls, calls);
}

static void test_inconsistent(void **state)
{
    uint64_t attributes = 42;
    assert_int_equal(p->SetMemoryAttributes(p, BASE + 0x1000, 0x1000, RO), EFI_SUCCESS);
    assert_int_equal(p->GetMemoryAttributes(p, BASE, 0x2000, &attributes), EFI_NO_MAPPING);
    assert_int_equal(attributes, 42);
    assert_int_equal(p->ClearMemoryAttributes(p, BASE, 0x3000, RO), EFI_SUCCESS);
}

static void test_errors(void **state)
{
    uint64_t attributes;
    assert_int_equal(p->GetMemoryAttributes(p, BASE, 0, &attributes), EFI_INVALID_PARAMETER);
    assert_int_equal(p->GetMemoryAttributes(p, BASE, 0x1000, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0, RO), EFI_INVALID_PARAMETER);
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x1000, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x1000, RO | EFI_MEMORY_WB),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->ClearMemoryAttributes(p, BASE, 0x1000, EFI_MEMORY_WP),
                     EFI_INVALID_PARAMETER);

    static const struct {
        uint64_t base, size;
    } bad[] = {
        {BASE + 1, 0x1000},
        {BASE, 0x800},
        {0, 0x1000},
        {FAKE_MEMORY_BASE - 0x1000, 0x2000},
        {FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - 0x1000, 0x2000},
        {0xfffffffffffff000, 0x1000},
        {0xfffffffffffff000, 0x2000},
        {BASE, 0xfffffffffffff000},
        {FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE + 0x1000, 0x1000}, /* reserved */
    };
    assert_int_equal(
        pages_add(FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE + 0x1000, 0x1000, EfiReservedMemoryType, 0),
        EFI_SUCCESS);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        assert_int_equal(p->GetMemoryAttributes(p, bad[i].base, bad[i].size, &attributes),
                         EFI_UNSUPPORTED);
        assert_int_equal(p->SetMemoryAttributes(p, bad[i].base, bad[i].size, RO), EFI_UNSUPPORTED);
    }

    fake_paging.fail_with = EFI_OUT_OF_RESOURCES;
    assert_int_equal(p->SetMemoryAttributes(p, BASE, 0x1000, RO), EFI_OUT_OF_RESOURCES);
    fake_paging.fail_with = EFI_SUCCESS;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_clear),
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_inconsistent),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, fake_memory_setup, NULL);
}
