/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* CreateEvent, CloseEvent, SignalEvent, CheckEvent and WaitForEvent (UEFI 2.10 §7.1). */
#include "selftest/fixture.h"

static void create(void)
{
    static const uint32_t types[] = {
        0,
        EVT_TIMER,
        EVT_NOTIFY_WAIT,
        EVT_NOTIFY_SIGNAL,
        EVT_TIMER | EVT_NOTIFY_WAIT,
        EVT_TIMER | EVT_NOTIFY_SIGNAL,
        EVT_SIGNAL_EXIT_BOOT_SERVICES,
        EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE,
    };
    struct counter counter = {0};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        EFI_EVENT event = NULL;
        REQUIRE(EFI_SUCCESS,
                bs->CreateEvent(types[i], TPL_CALLBACK, count_notification, &counter, &event));
        CHECK(event != NULL);
        EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    }
    EQUAL(0, counter.count);
}

/* The event itself lies in runtime memory. */
static void create_runtime(void)
{
    struct counter counter = {0};
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_RUNTIME, 0, NULL, NULL, &event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_RUNTIME | EVT_NOTIFY_SIGNAL, TPL_NOTIFY,
                                         count_notification, &counter, &event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* Without a notification function the TPL does not matter. */
static void create_plain(void)
{
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_TIMER, 99, NULL, NULL, &event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void create_null_event(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->CreateEvent(0, 0, NULL, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->CreateEventEx(0, 0, NULL, NULL, NULL, NULL));
}

static void create_bad_type(void)
{
    static const uint32_t types[] = {
        0x1,
        0x00000400,
        0x10000000,
        EVT_NOTIFY_WAIT | EVT_NOTIFY_SIGNAL,
        EVT_TIMER | EVT_NOTIFY_WAIT | EVT_NOTIFY_SIGNAL,
        0x202,
    };
    struct counter counter = {0};
    EFI_EVENT event;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        EXPECT(EFI_INVALID_PARAMETER,
               bs->CreateEvent(types[i], TPL_CALLBACK, count_notification, &counter, &event));
        EXPECT(EFI_INVALID_PARAMETER, bs->CreateEventEx(types[i], TPL_CALLBACK, count_notification,
                                                        &counter, GUID_OF(TEST_A), &event));
    }
}

static void create_no_function(void)
{
    static const uint32_t types[] = {EVT_NOTIFY_WAIT, EVT_NOTIFY_SIGNAL,
                                     EVT_SIGNAL_EXIT_BOOT_SERVICES};
    EFI_EVENT event;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        EXPECT(EFI_INVALID_PARAMETER, bs->CreateEvent(types[i], TPL_CALLBACK, NULL, NULL, &event));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, NULL, NULL, GUID_OF(TEST_A), &event));
}

static void create_low_tpl(void)
{
    struct counter counter = {0};
    EFI_EVENT event;
    EXPECT(EFI_INVALID_PARAMETER, bs->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_APPLICATION,
                                                  count_notification, &counter, &event));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_APPLICATION, count_notification, &counter,
                             GUID_OF(TEST_A), &event));
}

static void create_high_tpl(void)
{
    struct counter counter = {0};
    EFI_EVENT event;
    EXPECT(EFI_INVALID_PARAMETER, bs->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_HIGH_LEVEL + 1,
                                                  count_notification, &counter, &event));
    EXPECT(EFI_INVALID_PARAMETER,
           bs->CreateEvent(EVT_NOTIFY_SIGNAL, (EFI_TPL)-1, count_notification, &counter, &event));
}

/* §7.1, table of TPL restrictions: a notification function may have TPL_HIGH_LEVEL. */
static void create_highest_tpl(void)
{
    struct counter counter = {0};
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_HIGH_LEVEL, count_notification,
                                         &counter, &event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, counter.count);
    EQUAL(TPL_HIGH_LEVEL, counter.seen_tpl);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void signal(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_NOTIFY, &counter);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, counter.count);
    EQUAL(TPL_NOTIFY, counter.seen_tpl);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(2, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* While it waits for its turn, an event that is signaled again is still one notification. */
static void signal_twice(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EFI_TPL tpl = bs->RaiseTPL(TPL_CALLBACK);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(0, counter.count);
    bs->RestoreTPL(tpl);
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void signal_stale(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->SignalEvent(stale_event()));
    EXPECT(EFI_INVALID_PARAMETER, bs->SignalEvent(NULL));
}

static void close_queued(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EFI_TPL tpl = bs->RaiseTPL(TPL_NOTIFY);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    bs->RestoreTPL(tpl);
    EQUAL(0, counter.count);
}

static void EFIAPI close_yourself(EFI_EVENT event, void *context)
{
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    ++*(unsigned *)context;
}

static void close_in_notification(void)
{
    unsigned count = 0;
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_NOTIFY_SIGNAL | EVT_TIMER, TPL_CALLBACK,
                                         close_yourself, &count, &event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EQUAL(1, count);
}

static void close_stale(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseEvent(stale_event()));
    EXPECT(EFI_INVALID_PARAMETER, bs->CloseEvent(NULL));
}

static void check_plain(void)
{
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EXPECT(EFI_SUCCESS, bs->CheckEvent(event));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void check_notify_signal(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EXPECT(EFI_INVALID_PARAMETER, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void check_stale(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->CheckEvent(stale_event()));
    EXPECT(EFI_INVALID_PARAMETER, bs->CheckEvent(NULL));
}

/* Who is asked for the third time says yes. */
static void EFIAPI third_time(EFI_EVENT event, void *context)
{
    if (++*(unsigned *)context == 3)
        EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
}

static void check_notify_wait(void)
{
    unsigned asked = 0;
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS,
            bs->CreateEvent(EVT_NOTIFY_WAIT, TPL_CALLBACK, third_time, &asked, &event));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->CheckEvent(event));
    EQUAL(3, asked);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* An event that is signaled already is not asked. */
static void check_signaled_wait(void)
{
    unsigned asked = 0;
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS,
            bs->CreateEvent(EVT_NOTIFY_WAIT, TPL_CALLBACK, third_time, &asked, &event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EXPECT(EFI_SUCCESS, bs->CheckEvent(event));
    EQUAL(0, asked);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void wait_index(void)
{
    EFI_EVENT events[3];
    for (size_t i = 0; i < 3; i++)
        REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &events[i]));
    size_t index = 99;
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[1]));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(3, events, &index));
    EQUAL(1, index);
    EXPECT(EFI_NOT_READY, bs->CheckEvent(events[1]));
    /* The first in the array wins, and the other stays signaled. */
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[2]));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[0]));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(3, events, &index));
    EQUAL(0, index);
    EXPECT(EFI_SUCCESS, bs->CheckEvent(events[2]));
    for (size_t i = 0; i < 3; i++)
        EXPECT(EFI_SUCCESS, bs->CloseEvent(events[i]));
}

static void wait_notify_wait(void)
{
    unsigned asked = 0;
    size_t index = 99;
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS,
            bs->CreateEvent(EVT_NOTIFY_WAIT, TPL_CALLBACK, third_time, &asked, &event));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &event, &index));
    EQUAL(0, index);
    EQUAL(3, asked);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void wait_nothing(void)
{
    EFI_EVENT event = NULL;
    size_t index;
    EXPECT(EFI_INVALID_PARAMETER, bs->WaitForEvent(0, &event, &index));
}

static void wait_notify_signal(void)
{
    struct counter counter = {0};
    EFI_EVENT events[2];
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &events[0]));
    events[1] = make_counter(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    size_t index = 99;
    EXPECT(EFI_INVALID_PARAMETER, bs->WaitForEvent(2, events, &index));
    EQUAL(1, index);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(events[0]));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(events[1]));
}

static void wait_raised(void)
{
    EFI_EVENT event;
    size_t index;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    EFI_TPL tpl = bs->RaiseTPL(TPL_CALLBACK);
    EFI_STATUS status = bs->WaitForEvent(1, &event, &index);
    bs->RestoreTPL(tpl);
    EXPECT(EFI_UNSUPPORTED, status /* WaitForEvent */);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static const struct selftest tests[] = {
    {"create", create},
    {"create-runtime", create_runtime},
    {"create-plain", create_plain},
    {"create-null-event", create_null_event},
    {"create-bad-type", create_bad_type},
    {"create-no-function", create_no_function},
    {"create-low-tpl", create_low_tpl},
    {"create-high-tpl", create_high_tpl},
    {"create-highest-tpl", create_highest_tpl},
    {"signal", signal},
    {"signal-twice", signal_twice},
    {"signal-stale", signal_stale},
    {"close-queued", close_queued},
    {"close-in-notification", close_in_notification},
    {"close-stale", close_stale},
    {"check", check_plain},
    {"check-notify-signal", check_notify_signal},
    {"check-stale", check_stale},
    {"check-notify-wait", check_notify_wait},
    {"check-signaled-wait", check_signaled_wait},
    {"wait", wait_index},
    {"wait-notify-wait", wait_notify_wait},
    {"wait-nothing", wait_nothing},
    {"wait-notify-signal", wait_notify_signal},
    {"wait-raised", wait_raised},
};

const struct topic topic_event = TOPIC("event", tests);
