/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* SetTimer, Stall, and the watchdog (UEFI 2.10 §7.1 and §7.5). */
#include "selftest/cpu.h"
#include "selftest/fixture.h"

#define MS 10000ull /* in the unit of SetTimer, 100 ns */

static EFI_EVENT make_timer(void)
{
    EFI_EVENT event = NULL;
    EXPECT(EFI_SUCCESS, bs->CreateEvent(EVT_TIMER, 0, NULL, NULL, &event));
    return event;
}

/* TSC ticks of one Stall of `us`. */
static uint64_t ticks_of(size_t us)
{
    uint64_t begin = read_tsc();
    EXPECT(EFI_SUCCESS, bs->Stall(us));
    return read_tsc() - begin;
}

/* The same without the time that a busy host has kept the processor away. */
static uint64_t least_ticks_of(size_t us)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 5; i++)
        least = MIN(least, ticks_of(us));
    return least;
}

static void relative(void)
{
    EFI_EVENT event = make_timer();
    size_t index;
    uint64_t twenty_ms = least_ticks_of(20000);
    uint64_t begin = read_tsc();
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 30 * MS));
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &event, &index));
    CHECK(read_tsc() - begin > twenty_ms / 2);
    /* Once is once. */
    bs->Stall(40000);
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void relative_zero(void)
{
    EFI_EVENT event = make_timer();
    size_t index;
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 0));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &event, &index));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void periodic(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 20 * MS));
    CHECK(wait_for_count(&counter.count, 3));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerCancel, 0));
    unsigned before = counter.count;
    bs->Stall(50000);
    EQUAL(before, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* A period of 0 is every tick. */
static void periodic_zero(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 0));
    CHECK(wait_for_count(&counter.count, 2));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void cancel(void)
{
    EFI_EVENT event = make_timer();
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 20 * MS));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerCancel, 0));
    bs->Stall(60000);
    EXPECT(EFI_NOT_READY, bs->CheckEvent(event));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerCancel, 0));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* A new setting takes the place of the old one. */
static void set_again(void)
{
    EFI_EVENT event = make_timer();
    size_t index;
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, UINT64_MAX));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, MS));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &event, &index));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void in_order(void)
{
    struct counter counters[3] = {{.letter = 'a'}, {.letter = 'b'}, {.letter = 'c'}};
    EFI_EVENT events[3];
    for (size_t i = 0; i < 3; i++)
        events[i] = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counters[i]);
    trace_reset();
    EXPECT(EFI_SUCCESS, bs->SetTimer(events[0], TimerRelative, 90 * MS));
    EXPECT(EFI_SUCCESS, bs->SetTimer(events[1], TimerRelative, 30 * MS));
    EXPECT(EFI_SUCCESS, bs->SetTimer(events[2], TimerRelative, 60 * MS));
    CHECK(wait_for_count(&counters[0].count, 1));
    CHECK(trace_is("bca"));
    for (size_t i = 0; i < 3; i++)
        EXPECT(EFI_SUCCESS, bs->CloseEvent(events[i]));
}

static void bad_event(void)
{
    EFI_EVENT event;
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &event));
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(event, TimerRelative, MS));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void stale(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(NULL, TimerRelative, MS));
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(stale_event(), TimerRelative, MS));
}

static void bad_type(void)
{
    EFI_EVENT event = make_timer();
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(event, (EFI_TIMER_DELAY)3, MS));
    EXPECT(EFI_INVALID_PARAMETER, bs->SetTimer(event, (EFI_TIMER_DELAY)-1, MS));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* Longer than its own period; ends itself, or a firmware that makes up for missed ticks would never
 * come back. */
#define LONG_RUNS 8
static volatile unsigned long_runs;

static void EFIAPI run_long(EFI_EVENT event, void *context)
{
    bs->Stall(30000);
    if (++long_runs == LONG_RUNS)
        bs->SetTimer(event, TimerCancel, 0);
}

/* What runs below its TPL still advances between two runs. */
static void longer_than_period(void)
{
    EFI_EVENT event;
    long_runs = 0;
    REQUIRE(EFI_SUCCESS,
            bs->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, run_long, NULL, &event));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 10 * MS));
    unsigned seen = 0, last = 0;
    for (int i = 0; i < 100000 && long_runs < LONG_RUNS; i++) {
        if (long_runs != last)
            seen++;
        last = long_runs;
        bs->Stall(100);
    }
    /* One may have been queued when the timer was cancelled. */
    CHECK(long_runs == LONG_RUNS || long_runs == LONG_RUNS + 1);
    CHECK(seen >= LONG_RUNS / 2);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* A VMM that is short of time delivers interrupts late: what depends on them is tried a few times.
 */
#define TRIES 8

/* At least as long as it was asked for: against another measure of time, a timer. */
static void stall(void)
{
    EFI_EVENT event = make_timer();
    EFI_STATUS status = EFI_NOT_READY;
    for (int i = 0; i < TRIES && status == EFI_NOT_READY; i++) {
        EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 20 * MS));
        EXPECT(EFI_SUCCESS, bs->Stall(60000));
        status = bs->CheckEvent(event);
    }
    EXPECT(EFI_SUCCESS, status);
    EXPECT(EFI_SUCCESS, bs->Stall(0));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

/* Interrupts come, and their notification functions run, while the processor stalls. */
static void stall_preempted(void)
{
    struct counter counter = {0};
    EFI_EVENT event = make_counter(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, &counter);
    for (int i = 0; i < TRIES && counter.count == 0; i++) {
        EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 10 * MS));
        EXPECT(EFI_SUCCESS, bs->Stall(100000));
    }
    EQUAL(1, counter.count);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void stall_high(void)
{
    uint64_t ten_ms = least_ticks_of(10000);
    EFI_TPL tpl = bs->RaiseTPL(TPL_HIGH_LEVEL);
    uint64_t raised = ticks_of(10000);
    bs->RestoreTPL(tpl);
    CHECK(raised > ten_ms / 8);
}

static void stall_cli(void)
{
    cpu_cli();
    EFI_STATUS status = bs->Stall(10000);
    bool still_off = !interrupts_are_on();
    cpu_sti();
    EXPECT(EFI_SUCCESS, status /* Stall */);
    CHECK(still_off);
}

static void wait_cli(void)
{
    EFI_EVENT event = make_timer();
    size_t index;
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerRelative, 30 * MS));
    cpu_cli();
    EFI_STATUS status = bs->WaitForEvent(1, &event, &index);
    cpu_sti();
    EXPECT(EFI_SUCCESS, status /* WaitForEvent */);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
}

static void watchdog(void)
{
    static char16_t text[] = u"selftest";
    EXPECT(EFI_SUCCESS, bs->SetWatchdogTimer(300, 0x10000, sizeof text, text));
    EXPECT(EFI_SUCCESS, bs->SetWatchdogTimer((size_t)-1, 0x10000, 0, NULL));
    EXPECT(EFI_SUCCESS, bs->SetWatchdogTimer(0, 0x10000, 0, NULL));
    EXPECT(EFI_SUCCESS, bs->SetWatchdogTimer(0, 0x10000, 0, NULL));
}

/* Codes up to 0xFFFF are the firmware's; turning the watchdog off takes any. */
static void watchdog_code(void)
{
    EXPECT(EFI_INVALID_PARAMETER, bs->SetWatchdogTimer(300, 0, 0, NULL));
    EXPECT(EFI_INVALID_PARAMETER, bs->SetWatchdogTimer(300, 0xffff, 0, NULL));
    EXPECT(EFI_SUCCESS, bs->SetWatchdogTimer(0, 0, 0, NULL));
}

static const struct selftest tests[] = {
    {"relative", relative},
    {"relative-zero", relative_zero},
    {"periodic", periodic},
    {"periodic-zero", periodic_zero},
    {"cancel", cancel},
    {"set-again", set_again},
    {"in-order", in_order},
    {"bad-event", bad_event},
    {"stale", stale},
    {"bad-type", bad_type},
    {"longer-than-period", longer_than_period},
    {"stall", stall},
    {"stall-preempted", stall_preempted},
    {"stall-high", stall_high},
    {"stall-cli", stall_cli},
    {"wait-cli", wait_cli},
    {"watchdog", watchdog},
    {"watchdog-code", watchdog_code},
};

const struct topic topic_timer = TOPIC("timer", tests);
