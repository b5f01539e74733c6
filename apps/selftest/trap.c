/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "selftest/trap.h"

#include "selftest/cpu.h"
#include "selftest/tap.h"

#define EXCEPTIONS     32
#define STUB_SIZE      16
#define INTERRUPT_GATE 0x8e

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t stack;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

/* Flat segments: the firmware's may lie in memory that it alone can see after SetVirtualAddressMap.
 */
#define CODE_SELECTOR 8
#define DATA_SELECTOR 16
static const uint64_t segments[] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff};

struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

/* What a stub pushes, and the processor before it. */
struct trap_frame {
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

extern const char trap_stubs[];
void trap_report(const struct trap_frame *frame);

static struct gate gates[EXCEPTIONS];

void trap_report(const struct trap_frame *frame)
{
    tap_bail_out("exception %llu, error 0x%llx, at 0x%llx, cr2 0x%llx",
                 (unsigned long long)frame->vector, (unsigned long long)frame->error,
                 (unsigned long long)frame->rip, (unsigned long long)read_cr2());
    for (;;)
        __asm__ volatile("hlt");
}

static void use_own_segments(void)
{
    struct table_pointer pointer = {sizeof segments - 1, (uint64_t)(uintptr_t)segments};
    uint64_t scratch;
    __asm__ volatile("lgdt %1\n\t"
                     "leaq 1f(%%rip), %0\n\t"
                     "pushq %2\n\t"
                     "pushq %0\n\t"
                     "lretq\n"
                     "1:\n\t"
                     "movl %3, %%ds\n\t"
                     "movl %3, %%es\n\t"
                     "movl %3, %%ss"
                     : "=&r"(scratch)
                     : "m"(pointer), "i"(CODE_SELECTOR), "r"(DATA_SELECTOR)
                     : "memory");
}

void trap_init(void)
{
    cpu_cli();
    use_own_segments();
    for (unsigned i = 0; i < EXCEPTIONS; i++) {
        uint64_t stub = (uint64_t)(uintptr_t)trap_stubs + i * STUB_SIZE;
        gates[i] = (struct gate){
            .offset_low = (uint16_t)stub,
            .selector = CODE_SELECTOR,
            .type = INTERRUPT_GATE,
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
        };
    }
    struct table_pointer pointer = {sizeof gates - 1, (uint64_t)(uintptr_t)gates};
    __asm__ volatile("lidt %0" : : "m"(pointer));
}
