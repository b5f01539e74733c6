/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* RaiseTPL, RestoreTPL and preemption (UEFI 2.10 §7.1). */
#include "selftest/cpu.h"
#include "selftest/fixture.h"
#include "selftest/xmm.h"

#define MS 10000ull

static void raise(void)
{
    EQUAL(TPL_APPLICATION, bs->RaiseTPL(TPL_APPLICATION));
    EQUAL(TPL_APPLICATION, bs->RaiseTPL(TPL_CALLBACK));
    EQUAL(TPL_CALLBACK, bs->RaiseTPL(TPL_NOTIFY));
    EQUAL(TPL_NOTIFY, bs->RaiseTPL(TPL_HIGH_LEVEL));
    EQUAL(TPL_HIGH_LEVEL, bs->RaiseTPL(TPL_HIGH_LEVEL));
    bs->RestoreTPL(TPL_NOTIFY);
    EQUAL(TPL_NOTIFY, bs->RaiseTPL(TPL_NOTIFY));
    bs->RestoreTPL(TPL_APPLICATION);
    EQUAL(TPL_APPLICATION, current_tpl());
}

/* At TPL_HIGH_LEVEL interrupts are off. */
static void interrupts(void)
{
    CHECK(interrupts_are_on());
    EFI_TPL tpl = bs->RaiseTPL(TPL_NOTIFY);
    CHECK(interrupts_are_on());
    bs->RaiseTPL(TPL_HIGH_LEVEL);
    bool on_at_high = interrupts_are_on();
    bs->RestoreTPL(TPL_NOTIFY);
    CHECK(!on_at_high);
    CHECK(interrupts_are_on());
    bs->RestoreTPL(tpl);
}

/* Highest TPL first; of one TPL in the order of the signals. */
static void order(void)
{
    struct counter counters[4] = {
        {.letter = 'a'}, {.letter = 'b'}, {.letter = 'c'}, {.letter = 'd'}};
    EFI_EVENT events[4];
    for (size_t i = 0; i < 4; i++)
        events[i] =
            make_counter(EVT_NOTIFY_SIGNAL, i < 2 ? TPL_CALLBACK : TPL_NOTIFY, &counters[i]);
    trace_reset();
    EFI_TPL tpl = bs->RaiseTPL(TPL_HIGH_LEVEL);
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[1]));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[3]));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[0]));
    EXPECT(EFI_SUCCESS, bs->SignalEvent(events[2]));
    CHECK(trace_is(""));
    bs->RestoreTPL(TPL_CALLBACK);
    CHECK(trace_is("dc"));
    bs->RestoreTPL(tpl);
    CHECK(trace_is("dcba"));
    for (size_t i = 0; i < 4; i++)
        EXPECT(EFI_SUCCESS, bs->CloseEvent(events[i]));
}

static EFI_EVENT inner_event;

static void EFIAPI signal_inner(EFI_EVENT event, void *context)
{
    EXPECT(EFI_SUCCESS, bs->SignalEvent(inner_event));
    count_notification(event, context);
}

/* A signal from a notification function: a higher TPL interrupts it, the same one waits. */
static void nested(EFI_TPL inner_tpl, const char *expected)
{
    struct counter outer = {.letter = 'o'}, inner = {.letter = 'i'};
    EFI_EVENT event;
    inner_event = make_counter(EVT_NOTIFY_SIGNAL, inner_tpl, &inner);
    REQUIRE(EFI_SUCCESS,
            bs->CreateEvent(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, signal_inner, &outer, &event));
    trace_reset();
    EXPECT(EFI_SUCCESS, bs->SignalEvent(event));
    CHECK(trace_is(expected));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(inner_event));
}

static void nested_higher(void)
{
    nested(TPL_NOTIFY, "io");
}

static void nested_same(void)
{
    nested(TPL_CALLBACK, "oi");
}

/* A program that calls nothing is interrupted. */
static void preempted(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_NOTIFY, &counter);
    uint64_t begin = read_tsc();
    bs->Stall(10000);
    uint64_t limit = 200 * (read_tsc() - begin);
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 10 * MS));
    for (begin = read_tsc(); counter.count == 0 && read_tsc() - begin < limit;)
        cpu_pause();
    EQUAL(1, counter.count);
    EQUAL(TPL_NOTIFY, counter.seen_tpl);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* At the notification's own TPL it is not. */
static void not_preempted(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EFI_TPL tpl = bs->RaiseTPL(TPL_CALLBACK);
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 5 * MS));
    bs->Stall(50000);
    EQUAL(0, counter.count);
    bs->RestoreTPL(tpl);
    CHECK(wait_for_count(&counter.count, 1));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void EFIAPI clobber(EFI_EVENT event, void *context)
{
    xmm_clobber();
    ++*(volatile unsigned *)context;
}

/* The vector registers of a program that a notification function interrupts are its own. */
static void xmm_preempted(void)
{
    volatile unsigned count = 0;
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, clobber,
                                         (void *)&count, &event));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 10 * MS));
    uint64_t wrong = xmm_loop(&count, 5, 1000000000);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    CHECK(count >= 5);
    EQUAL(0, wrong);
}

static const struct selftest tests[] = {
    {"raise", raise},
    {"interrupts", interrupts},
    {"order", order},
    {"nested-higher", nested_higher},
    {"nested-same", nested_same},
    {"preempted", preempted},
    {"not-preempted", not_preempted},
    {"xmm-preempted", xmm_preempted},
};

const struct topic topic_tpl = TOPIC("tpl", tests);
