/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Application processors of the host tests (arch/ap.h, and of arch/apic.h what concerns others).
 * One moves whenever the boot processor looks at its state: it comes up, or runs the function that
 * it was given, which is then called by the one thread there is, with apic_id() that of the
 * processor.
 */

#define FAKE_APS_MAX 16

struct fake_ap {
    uint32_t id;
    unsigned looks_to_answer; /* after the second start-up interrupt; UINT_MAX: never */
    unsigned looks_to_finish; /* UINT_MAX: a function never returns */

    unsigned inits, startups, wakes;
    uint8_t page; /* of the last start-up */
    unsigned looks;
    bool waits_for_startup;
};

struct fake_aps {
    struct fake_ap list[FAKE_APS_MAX];
    size_t count;
    uint32_t self; /* who is running: the boot processor's id, and meanwhile others' */
    bool x2apic;
    uint64_t prepared_page;
    unsigned strangers; /* interrupts to who is not there */
};

extern struct fake_aps fake_aps;

/* A boot processor with id 0 and the others 1, 2, … which all do what they should at once. */
void fake_aps_reset(size_t others);
