/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/boot_services.h"
#include "lib/list.h"

/* Task priority levels and the dispatch of notification functions (UEFI 2.10 §7.1; DESIGN decision
 * 5).
 *
 * A notification that is queued runs as soon as the current TPL is below its own: at once, when the
 * TPL is restored, or from the timer interrupt. TPL_HIGH_LEVEL means that interrupts are off. */

EFI_TPL EFIAPI efi_raise_tpl(EFI_TPL NewTpl);
void EFIAPI efi_restore_tpl(EFI_TPL OldTpl);

EFI_TPL tpl_current(void);

/* Raises to `tpl` unless the current level is as high already; give the result to
 * efi_restore_tpl(). This is how protocol functions and databases keep notification functions out:
 *
 *   EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
 *   …
 *   efi_restore_tpl(tpl);
 */
EFI_TPL tpl_raise_to(EFI_TPL tpl);

/* A notification function waiting for its turn. Part of struct event. */
struct notification {
    struct list link; /* in the queue of its TPL, or an empty list */
    EFI_TPL tpl;
    void (*run)(struct notification *notification); /* at `tpl`; may free the notification */
};

/* Queues without running anything, from any TPL and from interrupts; one that is queued already
 * stays where it is. */
void tpl_queue(struct notification *notification);
void tpl_unqueue(struct notification *notification);

/* Runs what is queued above the current TPL. */
void tpl_dispatch(void);

/* The same from an interrupt handler: entered and left with interrupts off; they are on while
 * functions run, and the interrupted program's x87 and SSE state is kept. */
void tpl_dispatch_from_interrupt(void);

/* For a few instructions on data that interrupts share. `tpl_interrupts_restore` turns interrupts
 * on again only when they were. */
bool tpl_interrupts_off(void);
void tpl_interrupts_restore(bool were_on);

/* Forgets what is queued; nothing is dispatched any more (ExitBootServices). */
void tpl_shutdown(void);

void tpl_fill(EFI_BOOT_SERVICES *table);

/* Host tests: back to TPL_APPLICATION with empty queues. */
void tpl_reset(void);
