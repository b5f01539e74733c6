/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* The only ways in which code outside src/arch touches the machine. In the firmware they are single
 * instructions (x86_64/io.c); on the host tests/models/bus.c gives each access to a device model,
 * which is how drivers are unit-tested and fuzzed. Every access is exactly as wide as its name
 * says. */

uint8_t io_read8(uint16_t port);
uint16_t io_read16(uint16_t port);
uint32_t io_read32(uint16_t port);
void io_write8(uint16_t port, uint8_t value);
void io_write16(uint16_t port, uint16_t value);
void io_write32(uint16_t port, uint32_t value);

/* Device registers at a physical address (identity mapped, uncached). */
uint8_t mmio_read8(uint64_t address);
uint16_t mmio_read16(uint64_t address);
uint32_t mmio_read32(uint64_t address);
uint64_t mmio_read64(uint64_t address);
void mmio_write8(uint64_t address, uint8_t value);
void mmio_write16(uint64_t address, uint16_t value);
void mmio_write32(uint64_t address, uint32_t value);
void mmio_write64(uint64_t address, uint64_t value);

/* Orders earlier memory writes before later ones, and earlier reads before later ones, as a device
 * sees them. */
void dma_barrier(void);

/* The address that a device uses for `pointer` (identity in the firmware; the host's bus model
 * keeps a table). */
uint64_t dma_address(const void *pointer);

/* The processor's view of guest memory that starts at physical `address`: identity in the firmware.
 * Whoever calls it has checked that [address, address + size) is RAM or ROM. */
void *phys_to_virt(uint64_t address, uint64_t size);
