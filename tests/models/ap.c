/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/ap.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "arch/ap.h"
#include "arch/apic.h"

struct fake_aps fake_aps;

static struct ap *shared; /* what ap_prepare() was given */
static size_t shared_count;

void fake_aps_reset(size_t others)
{
    fake_aps = (struct fake_aps){.count = others};
    for (size_t i = 0; i < others; i++)
        fake_aps.list[i] = (struct fake_ap){.id = (uint32_t)i + 1, .waits_for_startup = true};
    shared = NULL;
}

static struct fake_ap *find(uint32_t id)
{
    for (size_t i = 0; i < fake_aps.count; i++)
        if (fake_aps.list[i].id == id)
            return &fake_aps.list[i];
    fake_aps.strangers++;
    return NULL;
}

static void fail(const char *why)
{
    fprintf(stderr, "application processor: %s\n", why);
    abort();
}

void ap_prepare(struct ap *aps, size_t count, uint64_t page)
{
    fake_aps.prepared_page = page;
    shared = aps;
    shared_count = count;
}

static struct fake_ap *fake_of(const struct ap *ap)
{
    if (ap < shared || ap >= shared + shared_count)
        fail("not in the list that was prepared");
    for (size_t i = 0; i < fake_aps.count; i++)
        if (fake_aps.list[i].id == ap->apic_id)
            return &fake_aps.list[i];
    return NULL;
}

static void come_up(struct fake_ap *fake, struct ap *ap)
{
    if (fake->waits_for_startup || fake->startups % 2 != 0 || fake->looks_to_answer == UINT_MAX ||
        fake->looks++ < fake->looks_to_answer)
        return;
    if (ap->stack == 0)
        fail("no stack");
    fake->looks = 0;
    ap->state = AP_IDLE;
}

static void run(struct fake_ap *fake, struct ap *ap)
{
    if (fake->looks_to_finish == UINT_MAX || fake->looks++ < fake->looks_to_finish)
        return;
    uint32_t who = fake_aps.self;
    fake_aps.self = fake->id;
    ap->function(ap->argument);
    fake_aps.self = who;
    fake->looks = 0;
    ap->state = AP_IDLE;
}

enum ap_state ap_state(const struct ap *ap)
{
    struct fake_ap *fake = shared != NULL ? fake_of(ap) : NULL;
    struct ap *its = (struct ap *)(uintptr_t)ap;
    if (fake != NULL && ap->state == AP_OFF)
        come_up(fake, its);
    else if (fake != NULL && ap->state == AP_BUSY)
        run(fake, its);
    return ap->state;
}

bool ap_change_state(struct ap *ap, enum ap_state from, enum ap_state to)
{
    if (ap->state != from)
        return false;
    ap->state = to;
    return true;
}

void ap_call(struct ap *ap, void (*function)(void *argument), void *argument)
{
    if (!ap_change_state(ap, AP_IDLE, AP_BUSY))
        fail("was called while it was not idle");
    ap->function = function;
    ap->argument = argument;
    apic_send_wake(ap->apic_id);
}

void apic_send_init(uint32_t id)
{
    struct fake_ap *fake = find(id);
    if (fake == NULL)
        return;
    fake->inits++;
    fake->waits_for_startup = true;
    fake->looks = 0;
}

void apic_send_startup(uint32_t id, uint8_t page)
{
    struct fake_ap *fake = find(id);
    if (fake == NULL)
        return;
    fake->startups++;
    fake->page = page;
    fake->waits_for_startup = false;
}

void apic_send_wake(uint32_t id)
{
    struct fake_ap *fake = find(id);
    if (fake != NULL)
        fake->wakes++;
}

bool apic_reaches(uint32_t id)
{
    return fake_aps.x2apic || id < 255;
}

bool apic_is_boot_processor(void)
{
    return fake_aps.self == 0;
}

uint32_t apic_id(void)
{
    return fake_aps.self;
}
