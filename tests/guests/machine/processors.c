/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "guests/machine/machine.h"

/* Intel SDM vol. 3 §9.4.4, §11.6, §11.12. */
#define MSR_APIC_BASE    0x1bu
#define MSR_X2APIC_ICR   0x830u
#define MSR_X2APIC_ID    0x802u
#define APIC_BASE_X2APIC (1u << 10)
#define XAPIC            0xfee00000ull
#define XAPIC_ICR        0x300u
#define ICR_INIT         0x000c4500u /* to all but self */
#define ICR_STARTUP      0x000c4600u
#define INIT_PAUSE       10000 /* microseconds */
#define WAIT             100   /* milliseconds without a further processor */
#define LOW_END          0x9f000ull

/* Counts in the word at 0x100 of its own page, then halts:
 * lock incw %cs:0x100; cli; hlt; jmp back to the hlt */
static const uint8_t trampoline[] = {0xf0, 0x2e, 0xff, 0x06, 0x00, 0x01, 0xfa, 0xf4, 0xeb, 0xfd};

static uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void send(bool x2apic, uint32_t command)
{
    if (x2apic)
        write_msr(MSR_X2APIC_ICR, command);
    else
        *(volatile uint32_t *)(uintptr_t)(XAPIC + XAPIC_ICR) = command;
}

void wake_processors(void)
{
    EFI_PHYSICAL_ADDRESS page = LOW_END;
    if (EFI_ERROR(
            st->BootServices->AllocatePages(AllocateMaxAddress, EfiBootServicesData, 1, &page)))
        return;
    uint8_t *code = (uint8_t *)(uintptr_t)page;
    st->BootServices->SetMem(code, EFI_PAGE_SIZE, 0);
    st->BootServices->CopyMem(code, (void *)(uintptr_t)trampoline, sizeof trampoline);
    volatile uint16_t *count = (volatile uint16_t *)(void *)(code + 0x100);

    bool x2apic = (read_msr(MSR_APIC_BASE) & APIC_BASE_X2APIC) != 0;
    tell("x2apic", x2apic);
    send(x2apic, ICR_INIT);
    st->BootServices->Stall(INIT_PAUSE);
    send(x2apic, ICR_STARTUP | (uint32_t)(page >> 12));
    for (unsigned pause = 0, seen = 0; pause < WAIT; pause++) {
        st->BootServices->Stall(1000);
        if (*count != seen)
            pause = 0;
        seen = *count;
    }
    tell("woken", *count);
}
