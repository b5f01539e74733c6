/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* GDT, IDT with all 256 vectors, exceptions. */

/* Registers of the interrupted code as the common stub saves them. */
struct interrupt_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

#define VECTOR_TIMER    0x40
#define VECTOR_WAKE     0x41 /* to an application processor that halts: does nothing but wake it */
#define VECTOR_SPURIOUS 0xff

/* Loads our GDT, IDT and TSS (double fault, NMI, page fault on stacks of their own). Interrupts
 * stay off. */
void interrupts_init(void);

/* The same on an application processor: the IDT is shared, GDT and TSS lie at the beginning of
 * `memory`, and the rest of its `size` bytes, page aligned, becomes the stack of those exceptions.
 */
void interrupts_init_application_processor(void *memory, size_t size);

/* Who handles the timer vector; called with interrupts off on the interrupted stack. Ends of
 * interrupt are the handler's (apic_timer_acknowledge). */
void interrupts_set_timer_handler(void (*handler)(void));

/* Who reports a processor exception; does not return. */
void interrupts_set_exception_handler(void (*handler)(const struct interrupt_frame *frame,
                                                      uint64_t cr2));

/* Calls `function(argument)` with x87 and SSE state saved before and restored after (FXSAVE), since
 * an image may have been interrupted in the middle of a computation (DESIGN decision 6). */
void interrupts_call_with_fpu_saved(void (*function)(void *argument), void *argument);
