/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/time.h"

#include "arch/cpu.h"
#include "core/log.h"
#include "core/time_source.h"

#define US_PER_SECOND 1000000ull

/* Calls of deadline_passed() that look at no clock. */
#define FREE_POLLS 2000u

static struct time_sources sources;
static uint64_t frequency;

void time_set_pm_timer(uint16_t port)
{
    sources.pm_timer_port = port;
    frequency = 0;
}

void time_set_8254(bool present)
{
    sources.has_8254 = present;
    frequency = 0;
}

uint64_t time_frequency(void)
{
    if (frequency == 0) {
        frequency = time_find_frequency(&sources);
        log_debug("TSC runs at %llu kHz", (unsigned long long)(frequency / 1000));
    }
    return frequency;
}

uint64_t time_now_ticks(void)
{
    return cpu_read_tsc();
}

/* value * to / from without overflow on the way; UINT64_MAX when the result does not fit. `from`
 * and `to` are below 2^40. */
static uint64_t convert(uint64_t value, uint64_t from, uint64_t to)
{
    uint64_t whole = value / from, rest = value % from;
    uint64_t result;
    if (__builtin_mul_overflow(whole, to, &result) ||
        __builtin_add_overflow(result, rest * to / from, &result))
        return UINT64_MAX;
    return result;
}

uint64_t time_ticks_from_us(uint64_t us)
{
    return convert(us, US_PER_SECOND, time_frequency());
}

uint64_t time_us_from_ticks(uint64_t ticks)
{
    return convert(ticks, time_frequency(), US_PER_SECOND);
}

void time_stall_us(uint64_t us)
{
    uint64_t start = cpu_read_tsc();
    uint64_t ticks = time_ticks_from_us(us) + 1;
    while (cpu_read_tsc() - start < ticks)
        cpu_relax();
}

struct deadline deadline_in_us(uint64_t us)
{
    return (struct deadline){.start = cpu_read_tsc(), .timeout_us = us};
}

struct deadline deadline_in_ms(uint64_t ms)
{
    uint64_t us;
    if (__builtin_mul_overflow(ms, 1000u, &us))
        us = UINT64_MAX;
    return deadline_in_us(us);
}

bool deadline_passed(struct deadline *deadline)
{
    cpu_relax();
    if (deadline->polls < FREE_POLLS) {
        deadline->polls++;
        return false;
    }
    return time_us_from_ticks(cpu_read_tsc() - deadline->start) >= deadline->timeout_us;
}
