/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "runtime/port.h"

/* Cycles of the time stamp counter, whose rate nobody knows at runtime: 0.5 to 2 seconds. */
#define WAIT_CYCLES (1ull << 31)

uint8_t port_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

uint16_t port_read16(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

uint32_t port_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

void port_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

void port_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

void memory_write8(uint64_t address, uint8_t value)
{
    __asm__ volatile("movb %0, %1" : : "q"(value), "m"(*(uint8_t *)address) : "memory");
}

void memory_write16(uint64_t address, uint16_t value)
{
    __asm__ volatile("movw %0, %1" : : "r"(value), "m"(*(uint16_t *)address) : "memory");
}

void memory_write32(uint64_t address, uint32_t value)
{
    __asm__ volatile("movl %0, %1" : : "r"(value), "m"(*(uint32_t *)address) : "memory");
}

uint16_t memory_read16(uint64_t address)
{
    uint16_t value;
    __asm__ volatile("movw %1, %0" : "=r"(value) : "m"(*(uint16_t *)address) : "memory");
    return value;
}

uint32_t memory_read32(uint64_t address)
{
    uint32_t value;
    __asm__ volatile("movl %1, %0" : "=r"(value) : "m"(*(uint32_t *)address) : "memory");
    return value;
}

uint64_t interrupts_save(void)
{
    uint64_t flags;
    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

void interrupts_restore(uint64_t flags)
{
    __asm__ volatile("pushq %0; popfq" : : "r"(flags) : "memory", "cc");
}

static uint64_t read_tsc(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void machine_wait(void)
{
    uint64_t start = read_tsc();
    while (read_tsc() - start < WAIT_CYCLES)
        __asm__ volatile("pause");
}

void machine_triple_fault(void)
{
    const struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) no_table = {0, 0};
    __asm__ volatile("cli; lidt %0; int3" : : "m"(no_table) : "memory");
    for (;;)
        __asm__ volatile("hlt");
}
