/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/legacy.h"

#include "arch/io.h"

#define PIC1_DATA 0x21
#define PIC2_DATA 0xa1

/* Channel 0, low byte only, mode 0: the output goes high once when the count is over, and stays.
 * (8254 data sheet, "Control Word Format") */
#define PIT_CHANNEL_0      0x40
#define PIT_COMMAND        0x43
#define PIT_CHANNEL_0_ONCE 0x10

/* I/O APIC registers (82093AA data sheet §3). */
#define IOAPIC_SELECT      0x00
#define IOAPIC_WINDOW      0x10
#define IOAPIC_VERSION     0x01
#define IOAPIC_REDIRECTION 0x10
#define REDIRECTION_MASKED (1u << 16)

void legacy_mask_8259(void)
{
    io_write8(PIC1_DATA, 0xff);
    io_write8(PIC2_DATA, 0xff);
}

void legacy_stop_8254_tick(void)
{
    io_write8(PIT_COMMAND, PIT_CHANNEL_0_ONCE);
    io_write8(PIT_CHANNEL_0, 1);
}

void ioapic_mask_all(uint64_t address)
{
    mmio_write32(address + IOAPIC_SELECT, IOAPIC_VERSION);
    uint32_t last = mmio_read32(address + IOAPIC_WINDOW) >> 16 & 0xff;
    for (uint32_t pin = 0; pin <= last; pin++) {
        mmio_write32(address + IOAPIC_SELECT, IOAPIC_REDIRECTION + 2 * pin);
        if ((mmio_read32(address + IOAPIC_WINDOW) & REDIRECTION_MASKED) == 0)
            mmio_write32(address + IOAPIC_WINDOW, REDIRECTION_MASKED);
    }
}
