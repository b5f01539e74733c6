/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/ap.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/fpu.h"
#include "arch/interrupts.h"
#include "arch/paging.h"
#include "efi/types.h"
#include "lib/assert.h"
#include "lib/memory.h"

/* ap_start.S walks through the list. */
_Static_assert(sizeof(struct ap) == 32 && offsetof(struct ap, apic_id) == 0 &&
                   offsetof(struct ap, stack) == 8,
               "struct ap as ap_start.S knows it");

/* From ap_start.S: code and data to be copied, and addresses inside. */
extern const uint8_t ap_start_code[], ap_start_end[];
extern const uint8_t ap_start_gdt[], ap_start_gdt_base[], ap_start_cr3[];

/* For ap_start.S. */
extern struct ap *ap_list;
extern uint32_t ap_count;
extern uint32_t ap_by_msr;
struct ap *ap_list;
uint32_t ap_count;
uint32_t ap_by_msr; /* x2APIC mode is on */

/* Called by ap_start.S on the processor's own stack. */
_Noreturn void ap_main(struct ap *ap);

#define MSR_APIC_BASE 0x1b

static void set32(uint64_t page, const uint8_t *where, uint32_t value)
{
    memcpy((uint8_t *)(uintptr_t)page + (where - ap_start_code), &value, sizeof value);
}

void ap_prepare(struct ap *aps, size_t count, uint64_t page)
{
    size_t size = (size_t)(ap_start_end - ap_start_code);
    ASSERT(size <= EFI_PAGE_SIZE && page < 0x100000 && IS_ALIGNED(page, EFI_PAGE_SIZE));
    ap_list = aps;
    ap_count = (uint32_t)count;
    ap_by_msr = apic_mode_is_x2apic(cpu_read_msr(MSR_APIC_BASE));
    memcpy((void *)(uintptr_t)page, ap_start_code, size);
    set32(page, ap_start_gdt_base, (uint32_t)(page + (uint64_t)(ap_start_gdt - ap_start_code)));
    set32(page, ap_start_cr3, (uint32_t)paging_root());
}

enum ap_state ap_state(const struct ap *ap)
{
    return __atomic_load_n(&ap->state, __ATOMIC_ACQUIRE);
}

bool ap_change_state(struct ap *ap, enum ap_state from, enum ap_state to)
{
    uint32_t expected = from;
    return __atomic_compare_exchange_n(&ap->state, &expected, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

void ap_call(struct ap *ap, void (*function)(void *argument), void *argument)
{
    ap->function = function;
    ap->argument = argument;
    bool idle = ap_change_state(ap, AP_IDLE, AP_BUSY);
    ASSERT(idle);
    apic_send_wake(ap->apic_id);
}

static void change_state_or_halt(struct ap *ap, enum ap_state from, enum ap_state to)
{
    if (!ap_change_state(ap, from, to))
        cpu_halt();
}

void ap_main(struct ap *ap)
{
    interrupts_init_application_processor((void *)(uintptr_t)ap->stack, AP_EXCEPTIONS_SIZE);
    paging_init_application_processor();
    apic_init_application_processor();
    change_state_or_halt(ap, AP_OFF, AP_IDLE);
    for (;;) {
        /* Interrupts are off between the look and the halt: a wake-up stays pending. */
        cpu_disable_interrupts();
        if (ap_state(ap) == AP_IDLE) {
            cpu_wait_for_interrupt();
            continue;
        }
        paging_forget(); /* the tables may have changed since */
        fpu_init();      /* whatever the last function has left */
        ap->function(ap->argument);
        change_state_or_halt(ap, AP_BUSY, AP_IDLE);
    }
}
