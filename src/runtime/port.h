/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* All that the runtime image does to the machine. In the image these are instructions
 * (port_x86_64.c); on the host tests/host/runtime_port.c hands them to device models. */

uint8_t port_read8(uint16_t port);
uint16_t port_read16(uint16_t port);
uint32_t port_read32(uint16_t port);
void port_write8(uint16_t port, uint8_t value);
void port_write16(uint16_t port, uint16_t value);
void port_write32(uint16_t port, uint32_t value);

/* Device registers in memory, at a mapped address. */
void memory_write8(uint64_t address, uint8_t value);
void memory_write16(uint64_t address, uint16_t value);
void memory_write32(uint64_t address, uint32_t value);
uint16_t memory_read16(uint64_t address);
uint32_t memory_read32(uint64_t address);

/* Turns interrupts off and returns the flags to give to interrupts_restore(). */
uint64_t interrupts_save(void);
void interrupts_restore(uint64_t flags);

/* Waits about a second: a VMM may stop the processor some time after it was told to. */
void machine_wait(void);

/* Shuts the processor down by a fault that it cannot deliver: the last way to a reset. */
_Noreturn void machine_triple_fault(void);
