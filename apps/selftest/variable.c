/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Variable services before ExitBootServices (UEFI 2.10 §8.2). */
#include "lib/memory.h"
#include "selftest/fixture.h"

#define BS       EFI_VARIABLE_BOOTSERVICE_ACCESS
#define BS_RT    (BS | EFI_VARIABLE_RUNTIME_ACCESS)
#define NV_BS    (BS | EFI_VARIABLE_NON_VOLATILE)
#define NV_BS_RT (BS_RT | EFI_VARIABLE_NON_VOLATILE)
#define NAME     u"Selftest"
#define OWNER    GUID_OF(TEST_A)

static EFI_STATUS set(uint32_t attributes, size_t size, const void *data)
{
    return rt->SetVariable(NAME, OWNER, attributes, size, data);
}

static EFI_STATUS get(size_t *size, void *data)
{
    return rt->GetVariable(NAME, OWNER, NULL, size, data);
}

static void forget(void)
{
    EXPECT(EFI_SUCCESS, set(0, 0, NULL) /* SetVariable */);
}

static void round_trip(void)
{
    static const uint32_t kinds[] = {BS, BS_RT, NV_BS, NV_BS_RT};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        char data[8] = "";
        size_t size = sizeof data;
        uint32_t attributes = 0;
        EXPECT(EFI_SUCCESS, rt->SetVariable(NAME, OWNER, kinds[i], 5, "hello"));
        EXPECT(EFI_SUCCESS, rt->GetVariable(NAME, OWNER, &attributes, &size, data));
        EQUAL(5, size);
        EQUAL(kinds[i], attributes);
        CHECK(memcmp(data, "hello", 5) == 0);
        forget();
        EXPECT(EFI_NOT_FOUND, get(&size, data) /* GetVariable */);
    }
}

static void overwrite(void)
{
    char data[8];
    size_t size = sizeof data;
    EXPECT(EFI_SUCCESS, set(NV_BS, 5, "hello"));
    EXPECT(EFI_SUCCESS, set(NV_BS, 2, "no"));
    EXPECT(EFI_SUCCESS, get(&size, data));
    EQUAL(2, size);
    CHECK(memcmp(data, "no", 2) == 0);
    forget();
}

static void append(void)
{
    char data[8];
    size_t size = sizeof data;
    EXPECT(EFI_SUCCESS, set(NV_BS | EFI_VARIABLE_APPEND_WRITE, 2, "ab"));
    EXPECT(EFI_SUCCESS, set(NV_BS | EFI_VARIABLE_APPEND_WRITE, 2, "cd"));
    /* Nothing to append is no deletion. */
    EXPECT(EFI_SUCCESS, set(NV_BS | EFI_VARIABLE_APPEND_WRITE, 0, NULL));
    uint32_t attributes;
    EXPECT(EFI_SUCCESS, rt->GetVariable(NAME, OWNER, &attributes, &size, data));
    EQUAL(4, size);
    EQUAL(NV_BS, attributes);
    CHECK(memcmp(data, "abcd", 4) == 0);
    forget();
}

static void same_name_other_owner(void)
{
    char data = 0;
    size_t size = 1;
    EXPECT(EFI_SUCCESS, set(BS, 1, "1"));
    EXPECT(EFI_SUCCESS, rt->SetVariable(NAME, GUID_OF(TEST_B), BS, 1, "2"));
    EXPECT(EFI_SUCCESS, get(&size, &data));
    EQUAL('1', data);
    forget();
    EXPECT(EFI_SUCCESS, rt->GetVariable(NAME, GUID_OF(TEST_B), NULL, &size, &data));
    EQUAL('2', data);
    EXPECT(EFI_SUCCESS, rt->SetVariable(NAME, GUID_OF(TEST_B), BS, 0, NULL));
}

/* Data may lie where no alignment helps. */
static void unaligned(void)
{
    char buffer[32];
    char16_t *name = (char16_t *)(void *)(buffer + 1);
    EFI_GUID *guid = (EFI_GUID *)(void *)(buffer + 15);
    memcpy(name, u"Odd", sizeof u"Odd");
    memcpy(guid, OWNER, sizeof *guid);
    char data[3];
    size_t size = 2;
    EXPECT(EFI_SUCCESS, rt->SetVariable(name, guid, BS, 2, &"xyz"[1]));
    EXPECT(EFI_SUCCESS, rt->GetVariable(name, guid, NULL, &size, data + 1));
    CHECK(memcmp(data + 1, "yz", 2) == 0);
    EXPECT(EFI_SUCCESS, rt->SetVariable(name, guid, BS, 0, NULL));
}

static void get_not_found(void)
{
    char data;
    size_t size = 1;
    EXPECT(EFI_NOT_FOUND, rt->GetVariable(u"SelftestNowhere", OWNER, NULL, &size, &data));
}

static void get_too_small(void)
{
    char data[4] = "....";
    size_t size = 2;
    uint32_t attributes = 0;
    EXPECT(EFI_SUCCESS, set(NV_BS, 4, "data"));
    EXPECT(EFI_BUFFER_TOO_SMALL, rt->GetVariable(NAME, OWNER, &attributes, &size, data));
    EQUAL(4, size);
    CHECK(memcmp(data, "....", 4) == 0);
    size = 0;
    EXPECT(EFI_BUFFER_TOO_SMALL, rt->GetVariable(NAME, OWNER, NULL, &size, NULL));
    EQUAL(4, size);
    forget();
}

/* §8.2.1: attributes are returned with EFI_BUFFER_TOO_SMALL, too. */
static void get_too_small_attributes(void)
{
    size_t size = 0;
    uint32_t attributes = 0;
    EXPECT(EFI_SUCCESS, set(NV_BS, 4, "data"));
    EXPECT(EFI_BUFFER_TOO_SMALL, rt->GetVariable(NAME, OWNER, &attributes, &size, NULL));
    EQUAL(NV_BS, attributes);
    forget();
}

static void get_invalid(void)
{
    char data[4];
    size_t size = sizeof data;
    EXPECT(EFI_SUCCESS, set(BS, 4, "data"));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetVariable(NULL, OWNER, NULL, &size, data));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetVariable(NAME, NULL, NULL, &size, data));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetVariable(NAME, OWNER, NULL, NULL, data));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetVariable(NAME, OWNER, NULL, &size, NULL));
    forget();
}

/* The name of nothing is not found. */
static void get_empty_name(void)
{
    char data;
    size_t size = 1;
    EXPECT(EFI_NOT_FOUND, rt->GetVariable(u"", OWNER, NULL, &size, &data));
}

static void set_invalid(void)
{
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NULL, OWNER, BS, 1, "x"));
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(u"", OWNER, BS, 1, "x"));
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NAME, NULL, BS, 1, "x"));
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NAME, OWNER, BS, 1, NULL));
}

/* Runtime access without boot-time access, and unknown bits. */
static void set_bad_attributes(void)
{
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVariable(NAME, OWNER, EFI_VARIABLE_RUNTIME_ACCESS, 1, "x"));
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVariable(NAME, OWNER, EFI_VARIABLE_RUNTIME_ACCESS | EFI_VARIABLE_NON_VOLATILE, 1,
                           "x"));
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NAME, OWNER, BS | 0x10000, 1, "x"));
}

/* §8.2.3: a hardware error record has all of its attributes. */
static void set_bad_error_record(void)
{
    EXPECT(EFI_INVALID_PARAMETER,
           rt->SetVariable(NAME, OWNER, BS | EFI_VARIABLE_HARDWARE_ERROR_RECORD, 1, "x"));
}

/* What exists keeps its attributes. */
static void set_other_attributes(void)
{
    EXPECT(EFI_SUCCESS, set(NV_BS, 1, "x"));
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NAME, OWNER, NV_BS_RT, 1, "y"));
    forget();
}

/* §8.2.3: EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS is reserved and gets EFI_UNSUPPORTED. */
static void set_authenticated(void)
{
    EXPECT(EFI_UNSUPPORTED,
           rt->SetVariable(NAME, OWNER, NV_BS | EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS, 1, "x"));
}

/* Larger than QueryVariableInfo allows. */
static void set_too_large(void)
{
    static char data[1 << 20];
    uint64_t all, left, largest;
    REQUIRE(EFI_SUCCESS, rt->QueryVariableInfo(NV_BS, &all, &left, &largest));
    REQUIRE_TRUE(largest < sizeof data);
    EFI_STATUS status = rt->SetVariable(NAME, OWNER, NV_BS, largest + 1, data);
    CHECK(status == EFI_INVALID_PARAMETER || status == EFI_OUT_OF_RESOURCES);
    EXPECT(EFI_INVALID_PARAMETER, rt->SetVariable(NAME, OWNER, NV_BS, SIZE_MAX, data));
}

/* Until nothing fits any more; everything is deleted again. */
static void set_full(void)
{
    static char data[1000];
    char16_t name[] = u"SelftestFill000";
    EFI_STATUS status = EFI_SUCCESS;
    int count = 0;
    for (; count < 1000; count++) {
        for (int i = 0, rest = count; i < 3; i++, rest /= 10)
            name[14 - i] = (char16_t)('0' + rest % 10);
        status = rt->SetVariable(name, OWNER, NV_BS, sizeof data, data);
        if (EFI_ERROR(status))
            break;
    }
    EXPECT(EFI_OUT_OF_RESOURCES, status /* SetVariable */);
    while (count-- > 0) {
        for (int i = 0, rest = count; i < 3; i++, rest /= 10)
            name[14 - i] = (char16_t)('0' + rest % 10);
        EXPECT(EFI_SUCCESS, rt->SetVariable(name, OWNER, NV_BS, 0, NULL));
    }
}

static void delete_not_found(void)
{
    EXPECT(EFI_NOT_FOUND, rt->SetVariable(u"SelftestNowhere", OWNER, NV_BS, 0, NULL));
    EXPECT(EFI_NOT_FOUND, rt->SetVariable(u"SelftestNowhere", OWNER, 0, 0, NULL));
}

/* Without access attributes it is a deletion, whatever the size. */
static void delete_no_access(void)
{
    char data;
    size_t size = 1;
    EXPECT(EFI_SUCCESS, set(NV_BS, 1, "x"));
    EXPECT(EFI_SUCCESS, rt->SetVariable(NAME, OWNER, 0, 1, "y"));
    EXPECT(EFI_NOT_FOUND, get(&size, &data));
}

static bool is_ours(const char16_t *name, const EFI_GUID *guid)
{
    return guid_equal(guid, OWNER) && memcmp(name, NAME, sizeof NAME) == 0;
}

/* Each once, among them ours. */
static void next_all(void)
{
    static char16_t name[1024];
    EFI_GUID guid;
    EFI_STATUS status = EFI_SUCCESS;
    unsigned ours = 0;
    EXPECT(EFI_SUCCESS, set(NV_BS, 1, "x"));
    name[0] = 0;
    for (int i = 0; i < 1000; i++) {
        size_t size = sizeof name;
        status = rt->GetNextVariableName(&size, name, &guid);
        if (EFI_ERROR(status))
            break;
        ours += is_ours(name, &guid);
    }
    EXPECT(EFI_NOT_FOUND, status /* GetNextVariableName */);
    EQUAL(1, ours);
    forget();
}

static void next_too_small(void)
{
    char16_t name[2] = u"";
    EFI_GUID guid;
    size_t size = sizeof name;
    EXPECT(EFI_SUCCESS, set(NV_BS, 1, "x"));
    EXPECT(EFI_BUFFER_TOO_SMALL, rt->GetNextVariableName(&size, name, &guid));
    CHECK(size > sizeof name);
    forget();
}

static void next_invalid(void)
{
    char16_t name[64] = u"";
    EFI_GUID guid = TEST_NONE_GUID;
    size_t size = sizeof name;
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextVariableName(NULL, name, &guid));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextVariableName(&size, NULL, &guid));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextVariableName(&size, name, NULL));
    /* No variable by this name. */
    memcpy(name, u"SelftestNowhere", sizeof u"SelftestNowhere");
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextVariableName(&size, name, &guid));
    /* No NUL within the size. */
    size = 4;
    EXPECT(EFI_INVALID_PARAMETER, rt->GetNextVariableName(&size, name, &guid));
}

static void query(void)
{
    static const uint32_t kinds[] = {BS, BS_RT, NV_BS, NV_BS_RT};
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        uint64_t all = 0, left = 0, largest = 0;
        EXPECT(EFI_SUCCESS, rt->QueryVariableInfo(kinds[i], &all, &left, &largest));
        CHECK(all > 0 && left <= all && largest > 0 && largest <= all);
    }
}

static void query_invalid(void)
{
    uint64_t all, left, largest;
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryVariableInfo(NV_BS, NULL, &left, &largest));
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryVariableInfo(NV_BS, &all, NULL, &largest));
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryVariableInfo(NV_BS, &all, &left, NULL));
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryVariableInfo(0, &all, &left, &largest));
    EXPECT(EFI_INVALID_PARAMETER,
           rt->QueryVariableInfo(EFI_VARIABLE_RUNTIME_ACCESS, &all, &left, &largest));
    EXPECT(EFI_INVALID_PARAMETER,
           rt->QueryVariableInfo(EFI_VARIABLE_NON_VOLATILE, &all, &left, &largest));
}

static void query_unsupported(void)
{
    uint64_t all, left, largest;
    EXPECT(EFI_UNSUPPORTED, rt->QueryVariableInfo(NV_BS | EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS,
                                                  &all, &left, &largest));
}

/* For the tests of the topic "runtime". */
static void leave_behind(void)
{
    EXPECT(EFI_SUCCESS, rt->SetVariable(u"SelftestBoot", OWNER, NV_BS, 1, "x"));
    EXPECT(EFI_SUCCESS, rt->SetVariable(u"SelftestVolatile", OWNER, BS_RT, 1, "\7"));
}

static const struct selftest tests[] = {
    {"round-trip", round_trip},
    {"overwrite", overwrite},
    {"append", append},
    {"same-name", same_name_other_owner},
    {"unaligned", unaligned},
    {"get-not-found", get_not_found},
    {"get-too-small", get_too_small},
    {"get-too-small-attributes", get_too_small_attributes},
    {"get-invalid", get_invalid},
    {"get-empty-name", get_empty_name},
    {"set-invalid", set_invalid},
    {"set-bad-attributes", set_bad_attributes},
    {"set-bad-error-record", set_bad_error_record},
    {"set-other-attributes", set_other_attributes},
    {"set-authenticated", set_authenticated},
    {"set-too-large", set_too_large},
    {"set-full", set_full},
    {"delete-not-found", delete_not_found},
    {"delete-no-access", delete_no_access},
    {"next", next_all},
    {"next-too-small", next_too_small},
    {"next-invalid", next_invalid},
    {"query", query},
    {"query-invalid", query_invalid},
    {"query-unsupported", query_unsupported},
    {"leave-behind", leave_behind},
};

const struct topic topic_variable = TOPIC("variable", tests);
