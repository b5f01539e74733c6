/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Runtime services (UEFI 2.10 §8) after ExitBootServices, and again with virtual addresses. */
#include "selftest/fixture.h"

#define NV_BS_RT                                                                                   \
    (EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define BS_RT (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

static void get_time(void)
{
    EFI_TIME time = {0};
    EFI_TIME_CAPABILITIES capabilities = {0};
    EXPECT(EFI_SUCCESS, rt->GetTime(&time, &capabilities));
    CHECK(time.Year >= 2020 && time.Month >= 1 && time.Month <= 12);
    CHECK(capabilities.Resolution >= 1);
    EXPECT(EFI_INVALID_PARAMETER, rt->GetTime(NULL, NULL));
}

static void set_time(void)
{
    EFI_TIME time;
    REQUIRE(EFI_SUCCESS, rt->GetTime(&time, NULL));
    EXPECT(EFI_SUCCESS, rt->SetTime(&time));
    time.Month = 13;
    EXPECT(EFI_INVALID_PARAMETER, rt->SetTime(&time));
}

static void variable_round_trip(void)
{
    uint32_t data = 0x12345678, attributes = 0;
    size_t size = sizeof data;
    EXPECT(EFI_SUCCESS,
           rt->SetVariable(u"SelftestRt", GUID_OF(TEST_A), NV_BS_RT, sizeof data, &data));
    data = 0;
    EXPECT(EFI_SUCCESS, rt->GetVariable(u"SelftestRt", GUID_OF(TEST_A), &attributes, &size, &data));
    EQUAL(0x12345678, data);
    EQUAL(NV_BS_RT, attributes);
    size = 0;
    EXPECT(EFI_BUFFER_TOO_SMALL,
           rt->GetVariable(u"SelftestRt", GUID_OF(TEST_A), NULL, &size, NULL));
    EQUAL(sizeof data, size);
    EXPECT(EFI_SUCCESS, rt->SetVariable(u"SelftestRt", GUID_OF(TEST_A), NV_BS_RT, 0, NULL));
    EXPECT(EFI_NOT_FOUND, rt->GetVariable(u"SelftestRt", GUID_OF(TEST_A), NULL, &size, &data));
}

/* What was made without runtime access is not there any more (variable.leave-behind). */
static void boot_variable_is_gone(void)
{
    uint8_t data;
    size_t size = sizeof data;
    EXPECT(EFI_NOT_FOUND, rt->GetVariable(u"SelftestBoot", GUID_OF(TEST_A), NULL, &size, &data));
}

/* §8.2.3: volatile variables can be read only. */
static void volatile_is_read_only(void)
{
    uint8_t data = 0;
    size_t size = sizeof data;
    EXPECT(EFI_SUCCESS, rt->GetVariable(u"SelftestVolatile", GUID_OF(TEST_A), NULL, &size, &data));
    EQUAL(7, data);
    EXPECT(EFI_WRITE_PROTECTED,
           rt->SetVariable(u"SelftestVolatile", GUID_OF(TEST_A), BS_RT, 1, &data));
    EXPECT(EFI_WRITE_PROTECTED, rt->SetVariable(u"SelftestVolatile", GUID_OF(TEST_A), 0, 0, NULL));
}

static void new_volatile_variable(void)
{
    uint8_t data = 1;
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVariable(u"SelftestNew", GUID_OF(TEST_A), BS_RT, 1, &data));
}

static void new_boot_variable(void)
{
    uint8_t data = 1;
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVariable(u"SelftestNew", GUID_OF(TEST_A),
                           EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS, 1, &data));
}

/* Every name that is enumerated can be read, and the end is EFI_NOT_FOUND. */
static void enumerate(void)
{
    static char16_t name[1024];
    EFI_GUID guid;
    EFI_STATUS status = EFI_SUCCESS;
    name[0] = 0;
    unsigned count = 0;
    for (; count < 1000; count++) {
        size_t size = sizeof name, data_size = 0;
        status = rt->GetNextVariableName(&size, name, &guid);
        if (EFI_ERROR(status))
            break;
        EXPECT(EFI_BUFFER_TOO_SMALL, rt->GetVariable(name, &guid, NULL, &data_size, NULL));
    }
    EXPECT(EFI_NOT_FOUND, status /* GetNextVariableName */);
    CHECK(count > 0);
}

static void query_info(void)
{
    uint64_t all, left, largest;
    EXPECT(EFI_SUCCESS, rt->QueryVariableInfo(NV_BS_RT, &all, &left, &largest));
    CHECK(left <= all && largest <= all && largest > 0);
    EXPECT(EFI_INVALID_PARAMETER,
           rt->QueryVariableInfo(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS, &all,
                                 &left, &largest));
}

static void monotonic(void)
{
    uint32_t first, second;
    EXPECT(EFI_SUCCESS, rt->GetNextHighMonotonicCount(&first));
    EXPECT(EFI_SUCCESS, rt->GetNextHighMonotonicCount(&second));
    CHECK(second > first);
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextHighMonotonicCount(NULL));
}

static void convert_pointer(void)
{
    void *address = rt;
    EXPECT(EFI_UNSUPPORTED, rt->ConvertPointer(0, &address));
}

static void capsule(void)
{
    uint64_t size;
    EFI_RESET_TYPE type;
    EFI_CAPSULE_HEADER header = {TEST_NONE_GUID, sizeof header, 0, sizeof header};
    EFI_CAPSULE_HEADER *headers[] = {&header};
    EXPECT(EFI_UNSUPPORTED, rt->QueryCapsuleCapabilities(headers, 1, &size, &type));
}

static const struct selftest tests[] = {
    {"get-time", get_time},
    {"set-time", set_time},
    {"variable", variable_round_trip},
    {"boot-variable", boot_variable_is_gone},
    {"volatile-variable", volatile_is_read_only},
    {"new-volatile-variable", new_volatile_variable},
    {"new-boot-variable", new_boot_variable},
    {"enumerate", enumerate},
    {"query-info", query_info},
    {"monotonic", monotonic},
    {"convert-pointer", convert_pointer},
    {"capsule", capsule},
};

const struct topic topic_runtime = TOPIC("runtime", tests);
const struct topic topic_virtual = TOPIC("virtual", tests);
