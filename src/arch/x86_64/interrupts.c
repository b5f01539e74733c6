/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/interrupts.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "lib/assert.h"
#include "lib/macros.h"

#define EXCEPTION_COUNT 32
#define EXCEPTION_NMI   2
#define EXCEPTION_DF    8
#define EXCEPTION_PF    14
#define EXCEPTION_MC    18

#define SELECTOR_CODE 0x08
#define SELECTOR_TSS  0x18

struct idt_gate {
    uint16_t offset_low, selector;
    uint8_t ist, type;
    uint16_t offset_middle;
    uint32_t offset_high, reserved;
};

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map_base;
} __attribute__((packed));

struct descriptor_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

_Static_assert(sizeof(struct idt_gate) == 16, "gate layout");
_Static_assert(sizeof(struct tss) == 104, "TSS layout");

extern const char exception_stubs[], interrupt_stubs[];

/* Called by the stubs. */
void interrupt_dispatch(const struct interrupt_frame *frame);

/* Exceptions that may find a bad stack get one of their own. */
#define IST_COUNT 3
static uint8_t ist_stacks[IST_COUNT][8192] __attribute__((aligned(4096), section(".stack.ist")));

/* What each processor has of its own. */
struct descriptors {
    uint64_t gdt[5];
    struct tss tss;
};

static struct descriptors boot_descriptors;
static struct idt_gate idt[256];
static void (*timer_handler)(void);
static void (*exception_handler)(const struct interrupt_frame *frame, uint64_t cr2);

static void set_gate(unsigned vector, uintptr_t handler, uint8_t ist)
{
    idt[vector] = (struct idt_gate){
        .offset_low = (uint16_t)handler,
        .selector = SELECTOR_CODE,
        .ist = ist,
        .type = 0x8e, /* present, interrupt gate: IF is cleared on entry */
        .offset_middle = (uint16_t)(handler >> 16),
        .offset_high = (uint32_t)(handler >> 32),
    };
}

static void load(struct descriptors *d)
{
    struct tss *tss = &d->tss;
    uint64_t base = (uintptr_t)tss;
    tss->io_map_base = sizeof *tss;
    d->gdt[0] = 0;
    d->gdt[1] = 0x00af9b000000ffff;
    d->gdt[2] = 0x00cf93000000ffff;
    d->gdt[3] =
        (sizeof *tss - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    d->gdt[4] = base >> 32;

    struct descriptor_pointer gdt_pointer = {sizeof d->gdt - 1, (uintptr_t)d->gdt};
    __asm__ volatile("lgdt %0\n\tltr %w1" : : "m"(gdt_pointer), "r"(SELECTOR_TSS) : "memory");
    struct descriptor_pointer idt_pointer = {sizeof idt - 1, (uintptr_t)idt};
    __asm__ volatile("lidt %0" : : "m"(idt_pointer));
}

void interrupts_init(void)
{
    for (unsigned i = 0; i < IST_COUNT; i++)
        boot_descriptors.tss.ist[i] = (uintptr_t)ist_stacks[i] + sizeof ist_stacks[i];
    for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++)
        set_gate(vector, (uintptr_t)exception_stubs + vector * 16, 0);
    for (unsigned vector = EXCEPTION_COUNT; vector < ARRAY_SIZE(idt); vector++)
        set_gate(vector, (uintptr_t)interrupt_stubs + (vector - EXCEPTION_COUNT) * 8, 0);
    idt[EXCEPTION_DF].ist = 1;
    idt[EXCEPTION_PF].ist = 1;
    idt[EXCEPTION_NMI].ist = 2;
    idt[EXCEPTION_MC].ist = 3;
    load(&boot_descriptors);
}

/* One stack does for all of them: there is no way back from any. */
void interrupts_init_application_processor(void *memory, size_t size)
{
    struct descriptors *d = memory;
    d->tss = (struct tss){0};
    for (unsigned i = 0; i < IST_COUNT; i++)
        d->tss.ist[i] = (uintptr_t)memory + size;
    load(d);
}

void interrupts_set_timer_handler(void (*handler)(void))
{
    timer_handler = handler;
}

void interrupts_set_exception_handler(void (*handler)(const struct interrupt_frame *frame,
                                                      uint64_t cr2))
{
    exception_handler = handler;
}

void interrupt_dispatch(const struct interrupt_frame *frame)
{
    if (frame->vector < EXCEPTION_COUNT) {
        uint64_t cr2;
        __asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
        if (exception_handler != NULL)
            exception_handler(frame, cr2);
        cpu_halt();
    }
    if (frame->vector != VECTOR_TIMER)
        apic_end_of_unexpected((uint8_t)frame->vector);
    else if (timer_handler != NULL)
        timer_handler();
}
