/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "host/runtime_port.h"

#include <stddef.h>

#include "arch/io.h"
#include "runtime/port.h"

jmp_buf runtime_triple_fault;
unsigned runtime_waits;
void (*runtime_wait_hook)(void);
bool runtime_interrupts_on = true;

uint8_t port_read8(uint16_t port)
{
    return io_read8(port);
}

uint16_t port_read16(uint16_t port)
{
    return io_read16(port);
}

uint32_t port_read32(uint16_t port)
{
    return io_read32(port);
}

void port_write8(uint16_t port, uint8_t value)
{
    io_write8(port, value);
}

void port_write16(uint16_t port, uint16_t value)
{
    io_write16(port, value);
}

void port_write32(uint16_t port, uint32_t value)
{
    io_write32(port, value);
}

void memory_write8(uint64_t address, uint8_t value)
{
    mmio_write8(address, value);
}

void memory_write16(uint64_t address, uint16_t value)
{
    mmio_write16(address, value);
}

void memory_write32(uint64_t address, uint32_t value)
{
    mmio_write32(address, value);
}

uint16_t memory_read16(uint64_t address)
{
    return mmio_read16(address);
}

uint32_t memory_read32(uint64_t address)
{
    return mmio_read32(address);
}

uint64_t interrupts_save(void)
{
    uint64_t flags = runtime_interrupts_on;
    runtime_interrupts_on = false;
    return flags;
}

void interrupts_restore(uint64_t flags)
{
    runtime_interrupts_on = flags != 0;
}

void machine_wait(void)
{
    runtime_waits++;
    if (runtime_wait_hook != NULL)
        runtime_wait_hook();
}

void machine_triple_fault(void)
{
    longjmp(runtime_triple_fault, 1);
}
