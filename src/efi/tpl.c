/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/tpl.h"

#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "core/log.h"

#define TPL_COUNT (TPL_HIGH_LEVEL + 1)

static volatile EFI_TPL current = TPL_APPLICATION; /* interrupts change it, and put it back */
static struct list queues[TPL_COUNT];
static uint32_t pending; /* bit per queue that is not empty */
static bool stopped;

/* Whether interrupts were on below TPL_HIGH_LEVEL, so that leaving it does not undo a program's
 * CLI. */
static bool interrupts_below_high;

bool tpl_interrupts_off(void)
{
    bool on = cpu_interrupts_enabled();
    if (on)
        cpu_disable_interrupts();
    return on;
}

void tpl_interrupts_restore(bool were_on)
{
    if (were_on)
        cpu_enable_interrupts();
}

EFI_TPL tpl_current(void)
{
    return current;
}

void tpl_queue(struct notification *notification)
{
    bool interrupts = tpl_interrupts_off();
    if (list_empty(&notification->link) && !stopped) {
        struct list *queue = &queues[notification->tpl];
        if (queue->next == NULL)
            list_init(queue);
        list_append(queue, &notification->link);
        pending |= 1u << notification->tpl;
    }
    tpl_interrupts_restore(interrupts);
}

void tpl_unqueue(struct notification *notification)
{
    bool interrupts = tpl_interrupts_off();
    if (!list_empty(&notification->link)) {
        list_remove(&notification->link);
        if (list_empty(&queues[notification->tpl]))
            pending &= ~(1u << notification->tpl);
    }
    tpl_interrupts_restore(interrupts);
}

/* Takes the next notification above `floor`: highest TPL first, then in the order of queueing.
 * Interrupts are off. */
static struct notification *take_next(EFI_TPL floor)
{
    uint32_t above = floor >= TPL_HIGH_LEVEL ? 0 : pending & ~((2u << floor) - 1);
    if (above == 0)
        return NULL;
    EFI_TPL tpl = 31u - (unsigned)__builtin_clz(above);
    struct notification *next = LIST_ENTRY(queues[tpl].next, struct notification, link);
    tpl_unqueue(next);
    return next;
}

/* Runs everything above `floor` and leaves the TPL there. Entered and left with interrupts off, so
 * that between the last look at the queues and the change of the TPL nothing can be queued: at any
 * TPL there is at most one interrupt frame. Functions run with interrupts on if `interrupts` says
 * so. */
static void run_above(EFI_TPL floor, bool interrupts)
{
    struct notification *next;
    while ((next = take_next(floor)) != NULL) {
        current = next->tpl;
        if (interrupts && current < TPL_HIGH_LEVEL)
            cpu_enable_interrupts();
        next->run(next);
        cpu_disable_interrupts();
    }
    current = floor;
}

EFI_TPL EFIAPI efi_raise_tpl(EFI_TPL NewTpl)
{
    EFI_TPL old = current;
    if (NewTpl < old || NewTpl > TPL_HIGH_LEVEL) {
        log_error("RaiseTPL from %zu to %zu: not raised", (size_t)old, (size_t)NewTpl);
        return old;
    }
    if (NewTpl == TPL_HIGH_LEVEL && old < TPL_HIGH_LEVEL)
        interrupts_below_high = tpl_interrupts_off();
    current = NewTpl;
    return old;
}

void EFIAPI efi_restore_tpl(EFI_TPL OldTpl)
{
    if (OldTpl > current) {
        log_error("RestoreTPL from %zu to %zu: not restored", (size_t)current, (size_t)OldTpl);
        return;
    }
    bool leaves_high = current == TPL_HIGH_LEVEL && OldTpl < TPL_HIGH_LEVEL;
    bool interrupts = tpl_interrupts_off();
    if (leaves_high)
        interrupts = interrupts_below_high;
    run_above(OldTpl, interrupts);
    tpl_interrupts_restore(interrupts);
}

EFI_TPL tpl_raise_to(EFI_TPL tpl)
{
    return current >= tpl ? current : efi_raise_tpl(tpl);
}

void tpl_dispatch(void)
{
    if (current < TPL_HIGH_LEVEL)
        efi_restore_tpl(current);
}

static void run_from_interrupt(void *floor)
{
    run_above(*(const EFI_TPL *)floor, true);
}

void tpl_dispatch_from_interrupt(void)
{
    EFI_TPL interrupted = current;
    if (interrupted < TPL_HIGH_LEVEL && (pending >> interrupted) > 1)
        interrupts_call_with_fpu_saved(run_from_interrupt, &interrupted);
}

void tpl_shutdown(void)
{
    bool interrupts = tpl_interrupts_off();
    stopped = true;
    for (EFI_TPL tpl = 0; tpl < TPL_COUNT; tpl++) {
        while (queues[tpl].next != NULL && !list_empty(&queues[tpl]))
            list_remove(queues[tpl].next);
    }
    pending = 0;
    tpl_interrupts_restore(interrupts);
}

void tpl_reset(void)
{
    tpl_shutdown();
    current = TPL_APPLICATION;
    stopped = false;
    interrupts_below_high = false;
}

void tpl_fill(EFI_BOOT_SERVICES *table)
{
    table->RaiseTPL = efi_raise_tpl;
    table->RestoreTPL = efi_restore_tpl;
}
