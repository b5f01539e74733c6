/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Event groups (UEFI 2.10 §7.1, CreateEventEx). */
#include "selftest/fixture.h"

static EFI_EVENT join(uint32_t type, const EFI_GUID *group, struct counter *counter)
{
    EFI_EVENT event = NULL;
    EXPECT(EFI_SUCCESS,
           bs->CreateEventEx(type, TPL_CALLBACK, count_notification, counter, group, &event));
    return event;
}

/* A signal to one is a signal to all of the group, and to nobody else. */
static void signal_all(void)
{
    struct counter counters[3] = {{0}};
    EFI_EVENT first = join(EVT_NOTIFY_SIGNAL, GUID_OF(TEST_A), &counters[0]);
    EFI_EVENT second = join(EVT_NOTIFY_SIGNAL, GUID_OF(TEST_A), &counters[1]);
    EFI_EVENT stranger = join(EVT_NOTIFY_SIGNAL, GUID_OF(TEST_B), &counters[2]);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(second));
    EQUAL(1, counters[0].count);
    EQUAL(1, counters[1].count);
    EQUAL(0, counters[2].count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(first));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(second));
    EQUAL(1, counters[0].count);
    EQUAL(2, counters[1].count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(second));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(stranger));
}

/* An event without a function may be in a group, too, and be asked. */
static void without_function(void)
{
    EFI_EVENT plain, other;
    REQUIRE(EFI_SUCCESS, bs->CreateEventEx(0, 0, NULL, NULL, GUID_OF(TEST_A), &plain));
    REQUIRE(EFI_SUCCESS, bs->CreateEventEx(0, 0, NULL, NULL, GUID_OF(TEST_A), &other));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(other));
    EXPECT(EFI_SUCCESS, bs->CheckEvent(plain));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(plain));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(other));
}

/* Without a group CreateEventEx is CreateEvent. */
static void no_group(void)
{
    struct counter counter = {0};
    EFI_EVENT event = join(EVT_NOTIFY_SIGNAL, NULL, &counter);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void special_type(void)
{
    struct counter counter = {0};
    EFI_EVENT event;
    EXPECT(EFI_INVALID_PARAMETER,
           bs->CreateEventEx(EVT_SIGNAL_EXIT_BOOT_SERVICES, TPL_CALLBACK, count_notification,
                             &counter, GUID_OF(TEST_A), &event));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->CreateEventEx(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_CALLBACK, count_notification,
                             &counter, GUID_OF(TEST_A), &event));
}

static void memory_map_change(void)
{
    struct counter counter = {0};
    EFI_EVENT event = join(EVT_NOTIFY_SIGNAL, GUID_OF(EFI_EVENT_GROUP_MEMORY_MAP_CHANGE), &counter);
    EFI_PHYSICAL_ADDRESS memory;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiLoaderData, 3, &memory));
    CHECK(counter.count >= 1);
    unsigned before = counter.count;
    EXPECT(EFI_SUCCESS, bs->FreePages(memory, 3));
    CHECK(counter.count > before);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* §4.6: the change of a configuration table signals the group of its GUID. */
static void configuration_table(void)
{
    struct counter counter = {0};
    EFI_EVENT event = join(EVT_NOTIFY_SIGNAL, GUID_OF(TEST_A), &counter);
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), &interface_a));
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->InstallConfigurationTable(GUID_OF(TEST_A), NULL));
    EQUAL(2, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* Who is a boot manager may signal ReadyToBoot. */
static void ready_to_boot(void)
{
    struct counter counter = {0};
    EFI_EVENT event = join(EVT_NOTIFY_SIGNAL, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT), &counter);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static const struct selftest tests[] = {
    {"signal-all", signal_all},
    {"without-function", without_function},
    {"no-group", no_group},
    {"special-type", special_type},
    {"memory-map-change", memory_map_change},
    {"configuration-table", configuration_table},
    {"ready-to-boot", ready_to_boot},
};

const struct topic topic_group = TOPIC("group", tests);
