/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"

uint8_t io_read8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

uint16_t io_read16(uint16_t port)
{
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

uint32_t io_read32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

void io_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

void io_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

void io_write32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* Plain MOVs: hypervisors that emulate MMIO decode this instruction everywhere. */

uint8_t mmio_read8(uint64_t address)
{
    uint8_t value;
    __asm__ volatile("movb %1, %0" : "=q"(value) : "m"(*(volatile uint8_t *)address) : "memory");
    return value;
}

uint16_t mmio_read16(uint64_t address)
{
    uint16_t value;
    __asm__ volatile("movw %1, %0" : "=r"(value) : "m"(*(volatile uint16_t *)address) : "memory");
    return value;
}

uint32_t mmio_read32(uint64_t address)
{
    uint32_t value;
    __asm__ volatile("movl %1, %0" : "=r"(value) : "m"(*(volatile uint32_t *)address) : "memory");
    return value;
}

uint64_t mmio_read64(uint64_t address)
{
    uint64_t value;
    __asm__ volatile("movq %1, %0" : "=r"(value) : "m"(*(volatile uint64_t *)address) : "memory");
    return value;
}

void mmio_write8(uint64_t address, uint8_t value)
{
    __asm__ volatile("movb %0, %1" : : "q"(value), "m"(*(volatile uint8_t *)address) : "memory");
}

void mmio_write16(uint64_t address, uint16_t value)
{
    __asm__ volatile("movw %0, %1" : : "r"(value), "m"(*(volatile uint16_t *)address) : "memory");
}

void mmio_write32(uint64_t address, uint32_t value)
{
    __asm__ volatile("movl %0, %1" : : "r"(value), "m"(*(volatile uint32_t *)address) : "memory");
}

void mmio_write64(uint64_t address, uint64_t value)
{
    __asm__ volatile("movq %0, %1" : : "r"(value), "m"(*(volatile uint64_t *)address) : "memory");
}

void dma_barrier(void)
{
    /* x86 keeps the order of write-back memory accesses; only the compiler must be stopped, and a
     * later read must not pass an earlier write (the available index and the used index of a
     * virtqueue). */
    __asm__ volatile("lock addl $0, -4(%%rsp)" : : : "memory", "cc");
}

uint64_t dma_address(const void *pointer)
{
    return (uintptr_t)pointer;
}

void *phys_to_virt(uint64_t address, uint64_t size)
{
    return (void *)address;
}
