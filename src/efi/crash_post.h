/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "arch/interrupts.h"

/* Log, console and TPL belong to the boot processor, which may be in the middle of them when
 * another processor has an exception. So that one leaves what it knows here, and the boot processor
 * reports it. */

struct crash {
    struct interrupt_frame frame;
    uint64_t cr2;
    bool on_boot_processor;
    uint32_t apic_id;
    void (*report)(const struct crash *crash);
};

/* On an application processor: leaves a copy, and returns when the boot processor has begun to
 * report it. When that has not come for seconds, since it is stuck at a high TPL, the report is
 * made here. While another processor's crash waits there is no room: this one has no report. */
void crash_post(const struct crash *crash);

/* On the boot processor, at TPL_NOTIFY at most, every few milliseconds while others run something:
 * reports what was left. */
void crash_collect(void);
