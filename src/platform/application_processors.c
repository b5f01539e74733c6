/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/application_processors.h"

#include "arch/apic.h"
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "core/time.h"
#include "lib/assert.h"
#include "platform/processor_list.h"

#define ONE_MIB (1ull << 20)

/* Intel SDM vol. 3 §9.4.4: INIT, 10 ms, start-up, 200 us, start-up again. */
#define INIT_US    10000u
#define STARTUP_US 200u
#define ANSWER_MS  1000u

static uint64_t start_page;

static uint64_t guard_page(const struct ap *ap)
{
    return ap->stack - AP_STACK_SIZE - AP_GUARD_SIZE;
}

static size_t count_in(const struct processors *p, enum ap_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++)
        count += ap_state(&p->list[i]) == state;
    return count;
}

static void send_startup(const struct processors *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (ap_state(&p->list[i]) == AP_OFF)
            apic_send_startup(p->list[i].apic_id, (uint8_t)(start_page / EFI_PAGE_SIZE));
}

/* Hundreds of processors on few real ones come up one after the other: as long as some do, the rest
 * is waited for. */
static void wait_for_answers(const struct processors *p)
{
    size_t left = count_in(p, AP_OFF);
    struct deadline deadline = deadline_in_ms(ANSWER_MS);
    while (left > 0 && !deadline_passed(&deadline)) {
        size_t now = count_in(p, AP_OFF);
        if (now < left)
            deadline = deadline_in_ms(ANSWER_MS);
        left = now;
    }
}

static void give_up(const struct processors *p)
{
    size_t missing = 0;
    uint32_t first = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct ap *ap = &p->list[i];
        if (!ap_change_state(ap, AP_OFF, AP_ABSENT))
            continue;
        apic_send_init(ap->apic_id);
        if (missing++ == 0)
            first = ap->apic_id;
    }
    if (missing > 0)
        log_warning("processors: %zu of %zu do not answer, the first one is APIC id %u", missing,
                    p->count, first);
}

void application_processors_start(const struct processors *p)
{
    size_t wanted = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (ap_state(&p->list[i]) != AP_OFF)
            continue;
        apic_send_init(p->list[i].apic_id);
        wanted++;
    }
    if (wanted == 0)
        return;
    time_stall_us(INIT_US);
    send_startup(p);
    time_stall_us(STARTUP_US);
    send_startup(p);
    wait_for_answers(p);
    give_up(p);
}

bool application_processor_stop(struct ap *ap)
{
    if (!ap_change_state(ap, AP_BUSY, AP_OFF))
        return false;
    apic_send_init(ap->apic_id);
    return true;
}

/* Loaders use memory that was ours before they have page tables of their own. The page stands in a
 * table already, so this cannot fail. */
static void make_ordinary(uint64_t page)
{
    EFI_STATUS status = paging_protect(page, EFI_PAGE_SIZE, PAGE_READ_WRITE);
    ASSERT(!EFI_ERROR(status));
}

void application_processors_release(const struct processors *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct ap *ap = &p->list[i];
        if (ap_state(ap) == AP_IDLE || ap_state(ap) == AP_BUSY)
            apic_send_init(ap->apic_id);
        if (ap->stack != 0)
            make_ordinary(guard_page(ap));
    }
    if (start_page != 0)
        make_ordinary(start_page);
}

void application_processors_free(struct processors *p)
{
    pool_free((void *)(uintptr_t)p->ids);
    pool_free(p->list);
    *p = (struct processors){0};
}

size_t application_processors_self(const struct processors *p)
{
    uint32_t id = apic_id();
    size_t place = processor_list_find(p->ids, p->count, id);
    return place < p->count && p->ids[place] == id ? place : SIZE_MAX;
}

/* Memory for as many as there is memory for: all of `wanted`, half of them, a quarter … */
static size_t allocate_stacks(size_t wanted, uint64_t *ret)
{
    for (size_t count = wanted; count > 0; count /= 2) {
        uint64_t pages = count * (AP_MEMORY_SIZE / EFI_PAGE_SIZE);
        if (!EFI_ERROR(pages_allocate(AllocateAnyPages, EfiBootServicesData, pages, ret)))
            return count;
    }
    return 0;
}

static bool is_startable(const struct processors *p, size_t i)
{
    return i != p->boot && apic_reaches(p->ids[i]);
}

static void give_stacks(const struct processors *p)
{
    size_t wanted = 0, given = 0;
    for (size_t i = 0; i < p->count; i++)
        wanted += is_startable(p, i);
    uint64_t memory = 0;
    size_t available = allocate_stacks(wanted, &memory);
    for (size_t i = 0; i < p->count && given < available; i++) {
        if (!is_startable(p, i) || EFI_ERROR(paging_protect(memory, AP_GUARD_SIZE, PAGE_NONE)))
            continue;
        p->list[i].stack = memory + AP_GUARD_SIZE + AP_STACK_SIZE;
        p->list[i].state = AP_OFF;
        memory += AP_MEMORY_SIZE;
        given++;
    }
    if (given < wanted)
        log_warning("processors: no memory for stacks of %zu of them", wanted - given);
    if (wanted + 1 < p->count)
        log_warning("processors: %zu have ids that need an x2APIC, which is not on",
                    p->count - 1 - wanted);
}

static EFI_STATUS prepare_start_page(const struct processors *p)
{
    uint64_t page;
    EFI_STATUS status =
        pages_allocate_aligned(EfiBootServicesCode, 1, EFI_PAGE_SIZE, ONE_MIB, &page);
    if (EFI_ERROR(status))
        return status;
    status = paging_protect(page, EFI_PAGE_SIZE, PAGE_READ_WRITE);
    if (!EFI_ERROR(status)) {
        ap_prepare(p->list, p->count, page);
        status = paging_protect(page, EFI_PAGE_SIZE, PAGE_READ_EXECUTE);
    }
    start_page = EFI_ERROR(status) ? 0 : page;
    return status;
}

static EFI_STATUS make_list(const struct machine *machine, struct processors *ret)
{
    uint32_t *ids;
    size_t count;
    EFI_STATUS status = processor_list(machine, apic_id(), &ids, &count);
    if (EFI_ERROR(status))
        return status;
    struct ap *list = pool_alloc_zeroed(count * sizeof *list);
    if (list == NULL) {
        pool_free(ids);
        return EFI_OUT_OF_RESOURCES;
    }
    for (size_t i = 0; i < count; i++)
        list[i].apic_id = ids[i];
    *ret = (struct processors){ids, list, count, processor_list_find(ids, count, apic_id())};
    return EFI_SUCCESS;
}

EFI_STATUS application_processors_init(const struct machine *machine, struct processors *ret)
{
    EFI_STATUS status = make_list(machine, ret);
    if (EFI_ERROR(status) || ret->count == 1)
        return status;
    status = prepare_start_page(ret);
    if (EFI_ERROR(status)) {
        log_warning("processors: none can be started: no page below 1 MiB");
        return EFI_SUCCESS;
    }
    give_stacks(ret);
    application_processors_start(ret);
    return EFI_SUCCESS;
}
