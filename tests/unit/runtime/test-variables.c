/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "unit/runtime/start.h"

#include "lib/macros.h"

#define NV     EFI_VARIABLE_NON_VOLATILE
#define BS     EFI_VARIABLE_BOOTSERVICE_ACCESS
#define RT     EFI_VARIABLE_RUNTIME_ACCESS
#define HR     EFI_VARIABLE_HARDWARE_ERROR_RECORD
#define APPEND EFI_VARIABLE_APPEND_WRITE

static EFI_GUID guid = {0xd719b2cb, 0x3d3a, 0x4596, {1, 2, 3, 4, 5, 6, 7, 8}};
static EFI_GUID other_guid = {0x605dab50, 0xe046, 0x4300, {1}};

static int setup(void **state)
{
    start(&(struct runtime_config){0});
    return 0;
}

static EFI_STATUS set(const char16_t *name, uint32_t attributes, const char *data)
{
    return rt->SetVariable(name, &guid, attributes, strlen(data), data);
}

static void expect(const char16_t *name, uint32_t attributes, const char *data)
{
    char buffer[64];
    size_t size = sizeof buffer;
    uint32_t found;
    assert_int_equal(rt->GetVariable(name, &guid, &found, &size, buffer), EFI_SUCCESS);
    assert_int_equal(found, attributes);
    assert_int_equal(size, strlen(data));
    assert_memory_equal(buffer, data, size);
}

static EFI_STATUS look(const char16_t *name)
{
    size_t size = 0;
    return rt->GetVariable(name, &guid, NULL, &size, NULL);
}

static void test_set_get(void **state)
{
    assert_int_equal(look(u"A"), EFI_NOT_FOUND);
    assert_int_equal(set(u"A", NV | BS | RT, "lasting"), EFI_SUCCESS);
    assert_int_equal(set(u"B", BS, "volatile"), EFI_SUCCESS);
    expect(u"A", NV | BS | RT, "lasting");
    expect(u"B", BS, "volatile");
    assert_int_equal(set(u"A", NV | BS | RT, "changed"), EFI_SUCCESS);
    expect(u"A", NV | BS | RT, "changed");
    size_t size = 0;
    assert_int_equal(rt->GetVariable(u"A", &other_guid, NULL, &size, NULL), EFI_NOT_FOUND);
}

static void test_get_parameters(void **state)
{
    char buffer[8];
    uint32_t attributes = 0;
    size_t size = 3;
    assert_int_equal(set(u"A", BS | RT, "four"), EFI_SUCCESS);
    assert_int_equal(rt->GetVariable(NULL, &guid, NULL, &size, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetVariable(u"A", NULL, NULL, &size, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetVariable(u"A", &guid, NULL, NULL, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetVariable(u"", &guid, NULL, &size, buffer), EFI_NOT_FOUND);
    assert_int_equal(size, 3);
    assert_int_equal(rt->GetVariable(u"A", &guid, &attributes, &size, buffer),
                     EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 4);
    assert_int_equal(attributes, BS | RT);
    assert_int_equal(rt->GetVariable(u"A", &guid, NULL, &size, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetVariable(u"A", &guid, NULL, &size, buffer), EFI_SUCCESS);
}

static void test_set_parameters(void **state)
{
    assert_int_equal(rt->SetVariable(NULL, &guid, BS, 1, "x"), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVariable(u"", &guid, BS, 1, "x"), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVariable(u"A", NULL, BS, 1, "x"), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVariable(u"A", &guid, BS, 1, NULL), EFI_INVALID_PARAMETER);

    static const struct {
        uint32_t attributes;
        EFI_STATUS status;
    } cases[] = {
        {RT, EFI_INVALID_PARAMETER},
        {NV | RT, EFI_INVALID_PARAMETER},
        {BS | 0x100, EFI_INVALID_PARAMETER},
        {BS | 0x80000000, EFI_INVALID_PARAMETER},
        {HR | BS | RT, EFI_INVALID_PARAMETER},
        {HR | NV | BS, EFI_INVALID_PARAMETER},
        {HR | NV | BS | RT, EFI_SUCCESS},
        {NV | BS | EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS, EFI_UNSUPPORTED},
        {NV | BS | EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS, EFI_UNSUPPORTED},
        {NV | BS | EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS, EFI_UNSUPPORTED},
        {0, EFI_NOT_FOUND},
        {NV, EFI_NOT_FOUND},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char16_t name[] = {'C', (char16_t)('a' + i), 0};
        assert_int_equal(set(name, cases[i].attributes, "x"), cases[i].status);
        assert_int_equal(look(name),
                         cases[i].status == EFI_SUCCESS ? EFI_BUFFER_TOO_SMALL : EFI_NOT_FOUND);
    }

    static char16_t name[1026];
    for (size_t i = 0; i < 1025; i++)
        name[i] = 'n';
    assert_int_equal(set(name, BS, "x"), EFI_INVALID_PARAMETER);
    name[1024] = 0;
    assert_int_equal(set(name, BS, "x"), EFI_SUCCESS);
}

static void test_other_attributes(void **state)
{
    assert_int_equal(set(u"A", NV | BS, "x"), EFI_SUCCESS);
    assert_int_equal(set(u"A", NV | BS | RT, "y"), EFI_INVALID_PARAMETER);
    assert_int_equal(set(u"A", BS, "y"), EFI_INVALID_PARAMETER);
    assert_int_equal(set(u"A", BS | APPEND, "y"), EFI_INVALID_PARAMETER);
    expect(u"A", NV | BS, "x");
    assert_int_equal(set(u"A", 0, "y"), EFI_SUCCESS); /* no access: deletes */
    assert_int_equal(look(u"A"), EFI_NOT_FOUND);
}

static void test_delete(void **state)
{
    assert_int_equal(set(u"A", NV | BS, "x"), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS, 0, NULL), EFI_SUCCESS);
    assert_int_equal(look(u"A"), EFI_NOT_FOUND);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS, 0, NULL), EFI_NOT_FOUND);
    assert_int_equal(set(u"A", BS | RT, "x"), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"A", &guid, 0, 0, NULL), EFI_SUCCESS); /* as Linux does */
    assert_int_equal(look(u"A"), EFI_NOT_FOUND);
}

static void test_append(void **state)
{
    assert_int_equal(set(u"A", NV | BS | APPEND, "one"), EFI_SUCCESS);
    expect(u"A", NV | BS, "one");
    assert_int_equal(set(u"A", NV | BS | APPEND, "two"), EFI_SUCCESS);
    expect(u"A", NV | BS, "onetwo");
    assert_int_equal(set(u"A", NV | BS | APPEND, ""), EFI_SUCCESS);
    expect(u"A", NV | BS, "onetwo");
    assert_int_equal(set(u"B", NV | BS | APPEND, ""), EFI_SUCCESS);
    assert_int_equal(look(u"B"), EFI_NOT_FOUND);
}

static void test_names(void **state)
{
    static const char16_t *const names[] = {u"Boot0000", u"BootOrder", u"MokListRT"};
    char16_t name[16] = {0};
    EFI_GUID vendor = {0};
    size_t size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_NOT_FOUND);
    assert_int_equal(set(names[2], BS | RT, "x"), EFI_SUCCESS);
    assert_int_equal(set(names[0], NV | BS, "x"), EFI_SUCCESS);
    assert_int_equal(set(names[1], NV | BS | RT, "x"), EFI_SUCCESS);
    for (size_t i = 0; i < 3; i++) {
        size = sizeof name;
        assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_SUCCESS);
        assert_int_equal(size, i == 0 ? 18 : 20);
        assert_memory_equal(name, names[i], size);
        assert_memory_equal(&vendor, &guid, sizeof guid);
    }
    size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_NOT_FOUND);
}

static void test_name_parameters(void **state)
{
    char16_t name[16] = {0};
    EFI_GUID vendor = {0};
    size_t size = sizeof name;
    assert_int_equal(set(u"Boot0000", BS, "x"), EFI_SUCCESS);
    assert_int_equal(rt->GetNextVariableName(NULL, name, &vendor), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetNextVariableName(&size, NULL, &vendor), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetNextVariableName(&size, name, NULL), EFI_INVALID_PARAMETER);
    size = 0;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_INVALID_PARAMETER);
    size = 1;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_INVALID_PARAMETER);
    size = 2;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 18);
    assert_int_equal(name[0], 0);
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_SUCCESS);
    size = 16; /* the name's NUL is behind it */
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_INVALID_PARAMETER);
    size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &other_guid), EFI_INVALID_PARAMETER);
    name[0] = 'X';
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_INVALID_PARAMETER);
}

static void test_limits(void **state)
{
    uint64_t storage, left, most;
    assert_int_equal(rt->QueryVariableInfo(NV | BS, &storage, &left, &most), EFI_SUCCESS);
    assert_true(left <= storage && most <= left);
    char *data = calloc(1, 2 * most);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS, most, data), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS, SIZE_MAX, data), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS, most - 4, data), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"A", &guid, NV | BS | APPEND, 1, data), EFI_OUT_OF_RESOURCES);
    uint64_t left_now;
    assert_int_equal(rt->QueryVariableInfo(NV | BS, &storage, &left_now, &most), EFI_SUCCESS);
    assert_true(left_now <= left - most && left_now >= left - most - 64);
    assert_int_equal(rt->SetVariable(u"B", &guid, NV | BS, most - 4, data), EFI_OUT_OF_RESOURCES);
    assert_int_equal(look(u"B"), EFI_NOT_FOUND);

    /* shim: tens of KiB that are volatile */
    assert_int_equal(rt->SetVariable(u"MokListRT", &guid, BS | RT, 48 * 1024, data), EFI_SUCCESS);
    assert_int_equal(rt->SetVariable(u"MokListXRT", &guid, BS | RT, 48 * 1024, data), EFI_SUCCESS);
    free(data);

    assert_int_equal(rt->QueryVariableInfo(0, &storage, &left, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(NV, &storage, &left, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(RT, &storage, &left, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(BS, NULL, &left, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(BS, &storage, NULL, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(BS, &storage, &left, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(NV | BS | EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS,
                                           &storage, &left, &most),
                     EFI_UNSUPPORTED);
}

static void test_after_exit_boot_services(void **state)
{
    uint64_t storage, left, most;
    assert_int_equal(set(u"BootVolatile", BS, "x"), EFI_SUCCESS);
    assert_int_equal(set(u"BootLasting", NV | BS, "x"), EFI_SUCCESS);
    assert_int_equal(set(u"Volatile", BS | RT, "x"), EFI_SUCCESS);
    assert_int_equal(set(u"Lasting", NV | BS | RT, "x"), EFI_SUCCESS);
    interface.exit_boot_services();

    assert_int_equal(look(u"BootVolatile"), EFI_NOT_FOUND);
    assert_int_equal(look(u"BootLasting"), EFI_NOT_FOUND);
    expect(u"Volatile", BS | RT, "x");
    expect(u"Lasting", NV | BS | RT, "x");

    char16_t name[16] = {0};
    EFI_GUID vendor;
    size_t size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_SUCCESS);
    assert_memory_equal(name, u"Lasting", size);
    size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_SUCCESS);
    assert_memory_equal(name, u"Volatile", size);
    size = sizeof name;
    assert_int_equal(rt->GetNextVariableName(&size, name, &vendor), EFI_NOT_FOUND);
    memcpy(name, u"BootLasting", sizeof u"BootLasting");
    assert_int_equal(rt->GetNextVariableName(&size, name, &guid), EFI_INVALID_PARAMETER);

    assert_int_equal(set(u"Volatile", BS | RT, "y"), EFI_WRITE_PROTECTED);
    assert_int_equal(set(u"Volatile", 0, ""), EFI_WRITE_PROTECTED);
    assert_int_equal(set(u"BootLasting", NV | BS | RT, "y"), EFI_WRITE_PROTECTED);
    assert_int_equal(set(u"BootLasting", 0, ""), EFI_NOT_FOUND);
    assert_int_equal(set(u"New", BS | RT, "y"), EFI_INVALID_PARAMETER);
    assert_int_equal(set(u"New", NV | BS, "y"), EFI_INVALID_PARAMETER);
    assert_int_equal(set(u"New", NV | BS | RT, "y"), EFI_SUCCESS);
    assert_int_equal(set(u"Lasting", NV | BS | RT, "longer"), EFI_SUCCESS);
    expect(u"New", NV | BS | RT, "y");
    expect(u"Lasting", NV | BS | RT, "longer");
    assert_int_equal(set(u"Lasting", 0, ""), EFI_SUCCESS);
    assert_int_equal(look(u"Lasting"), EFI_NOT_FOUND);

    assert_int_equal(rt->QueryVariableInfo(NV | BS, &storage, &left, &most), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryVariableInfo(NV | BS | RT, &storage, &left, &most), EFI_SUCCESS);
}

static void test_many_writes(void **state)
{
    char data[9] = "00000000";
    assert_int_equal(set(u"Fixed", NV | BS, "stays"), EFI_SUCCESS);
    for (unsigned i = 0; i < 5000; i++) {
        data[i % 8] = (char)('0' + i % 10);
        assert_int_equal(set(u"Often", NV | BS | RT, data), EFI_SUCCESS);
    }
    expect(u"Often", NV | BS | RT, data);
    expect(u"Fixed", NV | BS, "stays");
}

static void test_interrupts_come_back(void **state)
{
    assert_true(runtime_interrupts_on);
    runtime_interrupts_on = false;
    assert_int_equal(set(u"A", BS, "x"), EFI_SUCCESS);
    assert_false(runtime_interrupts_on);
    runtime_interrupts_on = true;
}

static void test_monotonic_count(void **state)
{
    uint64_t first, count;
    uint32_t high;
    assert_int_equal(interface.next_monotonic_count(&first), EFI_SUCCESS);
    assert_int_equal(interface.next_monotonic_count(&count), EFI_SUCCESS);
    assert_int_equal(count, first + 1);
    assert_int_equal(rt->GetNextHighMonotonicCount(NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->GetNextHighMonotonicCount(&high), EFI_SUCCESS);
    assert_int_equal(high, (first >> 32) + 1);
    assert_int_equal(interface.next_monotonic_count(&count), EFI_SUCCESS);
    assert_int_equal(count >> 32, high);
    interface.exit_boot_services();
    assert_int_equal(rt->GetNextHighMonotonicCount(&high), EFI_SUCCESS);
    assert_int_equal(high, (first >> 32) + 2);
}

static void test_capsules(void **state)
{
    EFI_CAPSULE_HEADER header = {.HeaderSize = sizeof header, .CapsuleImageSize = sizeof header};
    EFI_CAPSULE_HEADER *list[] = {&header};
    uint64_t most;
    EFI_RESET_TYPE type;
    assert_int_equal(rt->UpdateCapsule(list, 0, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->UpdateCapsule(NULL, 1, 0), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->UpdateCapsule(list, 1, 0), EFI_UNSUPPORTED);
    assert_int_equal(rt->QueryCapsuleCapabilities(list, 1, &most, &type), EFI_UNSUPPORTED);
    assert_int_equal(rt->QueryCapsuleCapabilities(list, 1, NULL, &type), EFI_INVALID_PARAMETER);
    assert_int_equal(rt->QueryCapsuleCapabilities(list, 1, &most, NULL), EFI_INVALID_PARAMETER);
    header.Flags = 0x00020000;
    assert_int_equal(rt->QueryCapsuleCapabilities(list, 1, &most, &type), EFI_INVALID_PARAMETER);
}

static void test_tables(void **state)
{
    EFI_SYSTEM_TABLE *st = interface.system_table;
    assert_true(checksum_is_right(&rt->Hdr));
    assert_true(checksum_is_right(&st->Hdr));
    assert_ptr_equal(st->RuntimeServices, rt);
    assert_ptr_equal(st->ConfigurationTable, interface.configuration_tables);
    assert_memory_equal(st->FirmwareVendor, u"CloudHv", sizeof u"CloudHv");
    assert_int_equal(interface.services_supported & EFI_RT_SUPPORTED_GET_TIME, 0);

    st->ConsoleInHandle = st;
    st->BootServices = (void *)st;
    st->StdErr = (void *)st;
    interface.exit_boot_services();
    assert_null(st->ConsoleInHandle);
    assert_null(st->BootServices);
    assert_null(st->StdErr);
    assert_true(checksum_is_right(&st->Hdr));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_set_get, setup),
        cmocka_unit_test_setup(test_get_parameters, setup),
        cmocka_unit_test_setup(test_set_parameters, setup),
        cmocka_unit_test_setup(test_other_attributes, setup),
        cmocka_unit_test_setup(test_delete, setup),
        cmocka_unit_test_setup(test_append, setup),
        cmocka_unit_test_setup(test_names, setup),
        cmocka_unit_test_setup(test_name_parameters, setup),
        cmocka_unit_test_setup(test_limits, setup),
        cmocka_unit_test_setup(test_after_exit_boot_services, setup),
        cmocka_unit_test_setup(test_many_writes, setup),
        cmocka_unit_test_setup(test_interrupts_come_back, setup),
        cmocka_unit_test_setup(test_monotonic_count, setup),
        cmocka_unit_test_setup(test_capsules, setup),
        cmocka_unit_test_setup(test_tables, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
