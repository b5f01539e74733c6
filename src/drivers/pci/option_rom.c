/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/pci/option_rom.h"

#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/bar_private.h"
#include "lib/assert.h"

#define SIZE_LIMIT (16u << 20)

static unsigned register_of(const struct pci_function *f)
{
    return f->header_type == PCI_HEADER_TYPE_BRIDGE ? PCI_BRIDGE_ROM : PCI_ROM;
}

/* Where the ROM is, and how large; it gets a place when it has none. */
static EFI_STATUS place(struct pci_function *f, uint32_t *ret_base, uint32_t *ret_size)
{
    unsigned offset = register_of(f);
    uint32_t original = pci_read32(f, offset);
    pci_write32(f, offset, (uint32_t)~PCI_ROM_ENABLE);
    uint32_t size = -(pci_read32(f, offset) & PCI_ROM_ADDRESS_MASK);
    pci_write32(f, offset, original & ~PCI_ROM_ENABLE);
    if (size == 0)
        return EFI_NOT_FOUND;
    uint32_t base = original & PCI_ROM_ADDRESS_MASK;
    if ((size & (size - 1)) != 0 || size > SIZE_LIMIT || !IS_ALIGNED(base, size))
        return log_failure(EFI_VOLUME_CORRUPTED, "pci %s: expansion ROM of 0x%x bytes at 0x%x",
                           f->name, size, base);
    if (base == 0) {
        EFI_STATUS status = pci_place_memory(f, size, &base);
        if (EFI_ERROR(status))
            return status;
        pci_write32(f, offset, base);
    }
    *ret_base = base;
    *ret_size = size;
    return EFI_SUCCESS;
}

static EFI_STATUS copy(uint32_t base, uint32_t size, void **ret, size_t *ret_size)
{
    uint32_t *bytes = pool_alloc(size);
    if (bytes == NULL)
        return EFI_OUT_OF_RESOURCES;
    for (uint32_t i = 0; i < size / 4; i++)
        bytes[i] = mmio_read32(base + 4ull * i);
    size_t used = option_rom_size(reader_make(bytes, size));
    if (used == 0) {
        pool_free(bytes);
        return EFI_NOT_FOUND;
    }
    *ret = bytes;
    *ret_size = used;
    return EFI_SUCCESS;
}

/* The ROM is decoded only while it is copied: it may share its decoder with a BAR (PCI 3.0
 * §6.2.5.2). */
EFI_STATUS pci_read_option_rom(struct pci_function *f, void **ret, size_t *ret_size)
{
    uint32_t base = 0, size = 0;
    if (pci_bar_count(f) == 0)
        return EFI_NOT_FOUND;
    EFI_STATUS status = place(f, &base, &size);
    if (!EFI_ERROR(status))
        status = pci_map_registers(base, size);
    if (EFI_ERROR(status))
        return status;
    uint16_t before = pci_read16(f, PCI_COMMAND);
    pci_write32(f, register_of(f), base | PCI_ROM_ENABLE);
    status = pci_set_command(f, PCI_COMMAND_MEMORY, PCI_COMMAND_MEMORY);
    if (!EFI_ERROR(status)) {
        status = copy(base, size, ret, ret_size);
        EFI_STATUS restored = pci_set_command(f, PCI_COMMAND_MEMORY, before & PCI_COMMAND_MEMORY);
        ASSERT(!EFI_ERROR(restored)); /* it is about bus mastering only that anybody is asked */
    }
    pci_write32(f, register_of(f), base);
    return status;
}
