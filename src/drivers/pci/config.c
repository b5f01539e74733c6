/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "drivers/pci/pci.h"

/* Configuration space by ECAM, and by ports CF8/CFC where a segment has none (PCI 3.0 §3.2.2.3.2,
 * PCI Express 5.0 §7.2.2). */

static uint64_t accesses;

uint64_t pci_access_count(void)
{
    return accesses;
}

static uint64_t ecam_address(const struct pci_function *f, unsigned offset)
{
    accesses++;
    return f->host->ecam + ((uint64_t)f->bus << 20 | (uint64_t)f->device << 15 |
                            (uint64_t)f->function << 12 | offset);
}

/* Selects the register. False: CF8 cannot reach it. The address register takes only whole 32-bit
 * writes (Cloud Hypervisor shifts narrower ones wrongly). */
static bool select_register(const struct pci_function *f, unsigned offset)
{
    if (offset >= PCI_CONFIG_SIZE)
        return false;
    accesses += 2;
    io_write32(PCI_PORT_ADDRESS, PCI_PORT_ADDRESS_ENABLE | (uint32_t)f->bus << 16 |
                                     (uint32_t)f->device << 11 | (uint32_t)f->function << 8 |
                                     (offset & ~3u));
    return true;
}

/* Reads the whole 32-bit register and shifts: narrow reads of the data port are not the same
 * everywhere. */
static uint32_t port_read(const struct pci_function *f, unsigned offset)
{
    if (!select_register(f, offset))
        return UINT32_MAX;
    return io_read32(PCI_PORT_DATA) >> 8 * (offset & 3);
}

uint8_t pci_read8(const struct pci_function *f, unsigned offset)
{
    if (f->host->ecam != 0)
        return mmio_read8(ecam_address(f, offset));
    return (uint8_t)port_read(f, offset);
}

uint16_t pci_read16(const struct pci_function *f, unsigned offset)
{
    if (f->host->ecam != 0)
        return mmio_read16(ecam_address(f, offset));
    return (uint16_t)port_read(f, offset);
}

uint32_t pci_read32(const struct pci_function *f, unsigned offset)
{
    if (f->host->ecam != 0)
        return mmio_read32(ecam_address(f, offset));
    return port_read(f, offset);
}

/* Writes are as narrow as asked: a register beside it may clear bits that are written back. */

void pci_write8(const struct pci_function *f, unsigned offset, uint8_t value)
{
    if (f->host->ecam != 0)
        mmio_write8(ecam_address(f, offset), value);
    else if (select_register(f, offset))
        io_write8((uint16_t)(PCI_PORT_DATA + (offset & 3)), value);
}

void pci_write16(const struct pci_function *f, unsigned offset, uint16_t value)
{
    if (f->host->ecam != 0)
        mmio_write16(ecam_address(f, offset), value);
    else if (select_register(f, offset))
        io_write16((uint16_t)(PCI_PORT_DATA + (offset & 2)), value);
}

void pci_write32(const struct pci_function *f, unsigned offset, uint32_t value)
{
    if (f->host->ecam != 0)
        mmio_write32(ecam_address(f, offset), value);
    else if (select_register(f, offset))
        io_write32(PCI_PORT_DATA, value);
}
