/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Events on a processor whose clock moves 10 us at every look, with a timer that interrupts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "efi/event.h"
#include "models/apic.h"
#include "models/cpu.h"

#define MS 10000 /* in units of 100 ns */

/* What happened, one letter each. */
static char trace[256];

static inline void note(char c)
{
    size_t length = strlen(trace);
    if (length + 1 < sizeof trace)
        trace[length] = c;
}

static inline int setup(void **state)
{
    fake_cpu_reset();
    fake_apic_reset();
    events_reset();
    memset(trace, 0, sizeof trace);
    events_init();
    return 0;
}

static inline int teardown(void **state)
{
    events_reset();
    return 0;
}

static inline void EFIAPI notify_letter(EFI_EVENT event, void *context)
{
    note(*(const char *)context);
}

static inline EFI_EVENT make(uint32_t type, EFI_TPL tpl, const char *letter)
{
    EFI_EVENT event;
    assert_int_equal(efi_create_event(type, tpl, notify_letter, (void *)(uintptr_t)letter, &event),
                     EFI_SUCCESS);
    return event;
}

static inline EFI_EVENT make_plain(uint32_t type)
{
    EFI_EVENT event;
    assert_int_equal(efi_create_event(type, 0, NULL, NULL, &event), EFI_SUCCESS);
    return event;
}

/* Lets time pass with interrupts as they are. */
static inline void pass_us(uint64_t us)
{
    uint64_t end = fake_cpu.tsc + us * 1000;
    while (fake_cpu.tsc < end) {
        fake_cpu.tsc += 10000;
        fake_apic_poll();
    }
}
