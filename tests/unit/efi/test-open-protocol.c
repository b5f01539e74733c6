/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* OpenProtocol and its like. What drivers do when somebody wants a protocol for himself is in
 * test-driver-model.c. */
#include "unit/efi/handle-fixture.h"

/* What each kind of open allows others, by the tables of §7.3.9. */
static void test_open_attributes(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two),
               other = install(NULL, &B, &three);
    void *interface = NULL;
    static const struct {
        uint32_t attributes;
        bool agent, controller;
        EFI_STATUS expected;
    } cases[] = {
        {EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_GET_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_TEST_PROTOCOL, false, false, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, true, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, false, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER, true, true, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, false, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE, true, false,
         EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_EXCLUSIVE, false, false, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_GET_PROTOCOL | EFI_OPEN_PROTOCOL_TEST_PROTOCOL, true, true,
         EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER | EFI_OPEN_PROTOCOL_EXCLUSIVE, true, true,
         EFI_INVALID_PARAMETER},
        {0, true, true, EFI_INVALID_PARAMETER},
        {0x40, true, true, EFI_INVALID_PARAMETER},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, true, EFI_SUCCESS},
        {EFI_OPEN_PROTOCOL_BY_DRIVER, true, true, EFI_ALREADY_STARTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(efi_open_protocol(handle, &A, &interface, cases[i].agent ? agent : NULL,
                                           cases[i].controller ? other : NULL, cases[i].attributes),
                         cases[i].expected);
    interface = &two;
    assert_int_equal(
        efi_open_protocol(handle, &C, &interface, agent, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
        EFI_UNSUPPORTED);
    assert_null(interface);
    assert_int_equal(
        efi_open_protocol(handle, &A, NULL, agent, NULL, EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
        EFI_SUCCESS);
    assert_int_equal(
        efi_open_protocol(handle, &C, NULL, agent, NULL, EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
        EFI_UNSUPPORTED);
    assert_int_equal(
        efi_open_protocol(handle, &A, NULL, agent, NULL, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
        EFI_INVALID_PARAMETER);
    assert_int_equal(efi_open_protocol(handle, &A, &interface, agent, handle,
                                       EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
                     EFI_INVALID_PARAMETER);
}

static EFI_STATUS open_as(EFI_HANDLE handle, EFI_HANDLE agent, uint32_t attributes)
{
    void *interface;
    return efi_open_protocol(handle, &A, &interface, agent, handle, attributes);
}

static void test_open_conflicts(void **state)
{
    enum { DRIVER = EFI_OPEN_PROTOCOL_BY_DRIVER, EXCLUSIVE = EFI_OPEN_PROTOCOL_EXCLUSIVE };
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two),
               other = install(NULL, &B, &three);
    assert_int_equal(open_as(handle, agent, DRIVER), EFI_SUCCESS);
    assert_true(protocol_is_held(handle, &A));
    assert_int_equal(open_as(handle, agent, DRIVER), EFI_ALREADY_STARTED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, EFI_OPEN_PROTOCOL_GET_PROTOCOL), EFI_SUCCESS);
    /* It has no driver binding, so that it cannot be asked to stop. */
    assert_int_equal(open_as(handle, other, EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &one), EFI_ACCESS_DENIED);
    assert_int_equal(efi_close_protocol(handle, &A, agent, handle), EFI_SUCCESS);
    assert_false(protocol_is_held(handle, &A));
    assert_int_equal(open_as(handle, agent, EXCLUSIVE), EFI_SUCCESS);
    assert_int_equal(open_as(handle, other, EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, DRIVER | EXCLUSIVE), EFI_ACCESS_DENIED);
    assert_int_equal(open_as(handle, other, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL), EFI_SUCCESS);
    assert_int_equal(efi_close_protocol(handle, &A, agent, handle), EFI_SUCCESS);
    assert_int_equal(open_as(handle, agent, DRIVER | EXCLUSIVE), EFI_SUCCESS);
    assert_int_equal(open_as(handle, agent, DRIVER | EXCLUSIVE), EFI_ALREADY_STARTED);
    assert_int_equal(open_as(handle, other, DRIVER), EFI_ACCESS_DENIED);
    open_protocol_forget_agent(agent);
    /* Only plain openers are left: they do not keep the interface. */
    assert_int_equal(efi_uninstall_protocol_interface(handle, &A, &one), EFI_SUCCESS);
}

static void test_open_information(void **state)
{
    EFI_HANDLE handle = install(NULL, &A, &one), agent = install(NULL, &B, &two);
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    size_t count = 99;
    void *interface;
    assert_int_equal(efi_open_protocol_information(handle, &C, &entries, &count), EFI_NOT_FOUND);
    assert_int_equal(efi_open_protocol_information(handle, &A, &entries, &count), EFI_SUCCESS);
    assert_int_equal(count, 0);
    free(entries);
    open_protocol_set_firmware_agent(agent);
    assert_int_equal(efi_handle_protocol(handle, &A, &interface), EFI_SUCCESS);
    assert_int_equal(efi_handle_protocol(handle, &A, &interface), EFI_SUCCESS);
    assert_int_equal(efi_handle_protocol(handle, &C, &interface), EFI_UNSUPPORTED);
    assert_int_equal(efi_handle_protocol((void *)3, &A, &interface), EFI_INVALID_PARAMETER);
    assert_int_equal(open_as(handle, agent, EFI_OPEN_PROTOCOL_BY_DRIVER), EFI_SUCCESS);
    assert_int_equal(efi_open_protocol_information(handle, &A, &entries, &count), EFI_SUCCESS);
    assert_int_equal(count, 2);
    assert_ptr_equal(entries[0].AgentHandle, agent);
    assert_null(entries[0].ControllerHandle);
    assert_int_equal(entries[0].Attributes, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL);
    assert_int_equal(entries[0].OpenCount, 2);
    assert_int_equal(entries[1].OpenCount, 1);
    free(entries);
    assert_int_equal(efi_close_protocol(handle, &A, agent, NULL), EFI_SUCCESS);
    assert_int_equal(efi_close_protocol(handle, &A, agent, NULL), EFI_NOT_FOUND);
    assert_int_equal(efi_close_protocol(handle, &C, agent, NULL), EFI_NOT_FOUND);
    assert_int_equal(efi_close_protocol(handle, &A, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_close_protocol(handle, &A, agent, (void *)1), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_close_protocol((void *)1, &A, agent, NULL), EFI_INVALID_PARAMETER);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_open_attributes),
        TEST(test_open_conflicts),
        TEST(test_open_information),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
