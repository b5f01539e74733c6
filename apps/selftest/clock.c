/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Time, capsules and the other runtime services, before ExitBootServices (UEFI 2.10 §8.3, §8.5). */
#include "selftest/fixture.h"

static void get_time(void)
{
    EFI_TIME time = {0};
    EFI_TIME_CAPABILITIES capabilities = {0};
    REQUIRE(EFI_SUCCESS, rt->GetTime(&time, &capabilities));
    CHECK(time.Year >= 1900 && time.Year <= 9999);
    CHECK(time.Month >= 1 && time.Month <= 12 && time.Day >= 1 && time.Day <= 31);
    CHECK(time.Hour <= 23 && time.Minute <= 59 && time.Second <= 59);
    CHECK(time.Nanosecond <= 999999999);
    CHECK(time.TimeZone == EFI_UNSPECIFIED_TIMEZONE ||
          (time.TimeZone >= -1440 && time.TimeZone <= 1440));
    EQUAL(0, time.Daylight & ~3);
    CHECK(capabilities.Resolution >= 1);
    EXPECT(EFI_SUCCESS, rt->GetTime(&time, NULL));
}

static void get_time_invalid(void)
{
    EFI_TIME_CAPABILITIES capabilities;
    EXPECT(EFI_INVALID_PARAMETER, rt->GetTime(NULL, &capabilities));
}

static void set_time(void)
{
    EFI_TIME kept, other, found;
    REQUIRE(EFI_SUCCESS, rt->GetTime(&kept, NULL));
    other = kept;
    other.Year = 2032;
    other.Month = 2;
    other.Day = 29;
    other.Hour = 12;
    other.TimeZone = 90;
    other.Daylight = EFI_TIME_ADJUST_DAYLIGHT;
    EXPECT(EFI_SUCCESS, rt->SetTime(&other));
    EXPECT(EFI_SUCCESS, rt->GetTime(&found, NULL));
    EQUAL(2032, found.Year);
    EQUAL(2, found.Month);
    EQUAL(29, found.Day);
    EQUAL(12, found.Hour);
    EQUAL(90, found.TimeZone);
    EQUAL(EFI_TIME_ADJUST_DAYLIGHT, found.Daylight);
    EXPECT(EFI_SUCCESS, rt->SetTime(&kept));
}

static void set_time_null(void)
{
    EXPECT(EFI_INVALID_PARAMETER, rt->SetTime(NULL));
}

static void set_time_out_of_range(void)
{
    EFI_TIME good;
    REQUIRE(EFI_SUCCESS, rt->GetTime(&good, NULL));
    EFI_TIME bad[] = {good, good, good, good, good, good, good, good, good, good};
    bad[0].Year = 10000;
    bad[1].Month = 0;
    bad[2].Month = 13;
    bad[3].Day = 0;
    bad[4].Month = 4, bad[4].Day = 31;
    bad[5].Year = 2027, bad[5].Month = 2, bad[5].Day = 29;
    bad[6].Hour = 24;
    bad[7].Minute = 60;
    bad[8].Second = 60;
    bad[9].TimeZone = 1441;
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        EXPECT(EFI_INVALID_PARAMETER, rt->SetTime(&bad[i]));
}

static void get_wakeup_invalid(void)
{
    bool enabled, pending;
    EFI_TIME time;
    EXPECT(EFI_INVALID_PARAMETER, rt->GetWakeupTime(NULL, &pending, &time));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetWakeupTime(&enabled, NULL, &time));
    EXPECT(EFI_INVALID_PARAMETER, rt->GetWakeupTime(&enabled, &pending, NULL));
}

static void set_wakeup_invalid(void)
{
    EFI_TIME time;
    EXPECT(EFI_INVALID_PARAMETER, rt->SetWakeupTime(true, NULL));
    REQUIRE(EFI_SUCCESS, rt->GetTime(&time, NULL));
    time.Hour = 24;
    EXPECT(EFI_INVALID_PARAMETER, rt->SetWakeupTime(true, &time));
}

/* No VMM turns a machine on by its clock. */
static void wakeup_unsupported(void)
{
    bool enabled, pending;
    EFI_TIME time;
    REQUIRE(EFI_SUCCESS, rt->GetTime(&time, NULL));
    EXPECT(EFI_UNSUPPORTED, rt->SetWakeupTime(true, &time));
    EXPECT(EFI_UNSUPPORTED, rt->GetWakeupTime(&enabled, &pending, &time));
}

static EFI_CAPSULE_HEADER header = {TEST_NONE_GUID, sizeof header, 0, sizeof header};
static EFI_CAPSULE_HEADER *headers[] = {&header};

static void capsule_unsupported(void)
{
    uint64_t size;
    EFI_RESET_TYPE type;
    header.Flags = 0;
    EXPECT(EFI_UNSUPPORTED, rt->UpdateCapsule(headers, 1, 0));
    EXPECT(EFI_UNSUPPORTED, rt->QueryCapsuleCapabilities(headers, 1, &size, &type));
}

static void capsule_invalid(void)
{
    header.Flags = 0;
    EXPECT(EFI_INVALID_PARAMETER, rt->UpdateCapsule(headers, 0, 0));
    header.Flags = 0x00020000; /* CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE alone */
    EXPECT(EFI_INVALID_PARAMETER, rt->UpdateCapsule(headers, 1, 0));
    header.Flags = 0x00040000; /* CAPSULE_FLAGS_INITIATE_RESET alone */
    EXPECT(EFI_INVALID_PARAMETER, rt->UpdateCapsule(headers, 1, 0));
    header.Flags = 0;
}

static void query_capsule_invalid(void)
{
    uint64_t size;
    EFI_RESET_TYPE type;
    header.Flags = 0;
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryCapsuleCapabilities(headers, 0, &size, &type));
    EXPECT(EFI_INVALID_PARAMETER, rt->QueryCapsuleCapabilities(headers, 1, NULL, &type));
}

/* Before ExitBootServices there are no virtual addresses. */
static void virtual_map_too_early(void)
{
    EFI_MEMORY_DESCRIPTOR map = {0};
    EXPECT(EFI_UNSUPPORTED,
           rt->SetVirtualAddressMap(sizeof map, sizeof map, EFI_MEMORY_DESCRIPTOR_VERSION, &map));
}

static const struct selftest tests[] = {
    {"get-time", get_time},
    {"get-time-invalid", get_time_invalid},
    {"set-time", set_time},
    {"set-time-null", set_time_null},
    {"set-time-out-of-range", set_time_out_of_range},
    {"get-wakeup-invalid", get_wakeup_invalid},
    {"set-wakeup-invalid", set_wakeup_invalid},
    {"wakeup-unsupported", wakeup_unsupported},
    {"capsule-unsupported", capsule_unsupported},
    {"capsule-invalid", capsule_invalid},
    {"query-capsule-invalid", query_capsule_invalid},
    {"virtual-map-too-early", virtual_map_too_early},
};

const struct topic topic_clock = TOPIC("clock", tests);
