/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/pci/bar_private.h"
#include "efi/types.h"

/* How large base address registers are (PCI 3.0 §6.2.5.1). Our own drivers do not want to know:
 * this is for registers that have to be placed, and for programs that ask. */

uint16_t pci_decoding_off(struct pci_function *f)
{
    uint16_t command = pci_read16(f, PCI_COMMAND);
    uint16_t off = command & (uint16_t) ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
    if (off != command)
        pci_write16(f, PCI_COMMAND, off);
    return command;
}

void pci_decoding_restore(struct pci_function *f, uint16_t command)
{
    if ((command & (PCI_COMMAND_IO | PCI_COMMAND_MEMORY)) != 0)
        pci_write16(f, PCI_COMMAND, command);
}

/* What sticks of all ones in one register, which gets its value back. */
static uint32_t writable_bits(struct pci_function *f, unsigned offset)
{
    uint32_t original = pci_read32(f, offset);
    pci_write32(f, offset, UINT32_MAX);
    uint32_t bits = pci_read32(f, offset);
    pci_write32(f, offset, original);
    return bits;
}

EFI_STATUS pci_measure_bar(struct pci_function *f, unsigned index, uint64_t *ret_size)
{
    const struct pci_bar *bar = &f->bars[index];
    unsigned offset = PCI_BAR0 + 4 * index;
    uint32_t low = writable_bits(f, offset);
    if (low == 0)
        return EFI_NOT_FOUND;
    uint64_t size;
    if (bar->is_io) {
        size = -(uint64_t)(low & PCI_BAR_IO_MASK) & 0xffff;
    } else {
        uint64_t high = bar->is_64 ? writable_bits(f, offset + 4) : UINT32_MAX;
        size = -(high << 32 | (low & PCI_BAR_MEMORY_MASK));
    }
    if (size == 0)
        return EFI_NOT_FOUND;
    if ((size & (size - 1)) != 0)
        return log_failure(EFI_VOLUME_CORRUPTED, "pci %s: size of BAR %u", f->name, index);
    *ret_size = size;
    return EFI_SUCCESS;
}

EFI_STATUS pci_bar_sized(struct pci_function *f, unsigned index, const struct pci_bar **ret)
{
    const struct pci_bar *found;
    for (unsigned i = 0; i < MIN(index, pci_bar_count(f)); i++)
        pci_decode_bar(f, i); /* which ones are upper halves shows in those below */
    EFI_STATUS status = pci_bar(f, index, &found);
    if (EFI_ERROR(status))
        return status;
    struct pci_bar *bar = &f->bars[index];
    if (bar->size == 0) {
        uint64_t size;
        uint16_t command = pci_decoding_off(f);
        status = pci_measure_bar(f, index, &size);
        pci_decoding_restore(f, command);
        if (EFI_ERROR(status))
            return status;
        /* Else the device has changed its mind about the address that it holds. */
        if (!IS_ALIGNED(bar->address, size))
            return log_failure(EFI_VOLUME_CORRUPTED, "pci %s: BAR %u of 0x%llx bytes at 0x%llx",
                               f->name, index, (unsigned long long)size,
                               (unsigned long long)bar->address);
        bar->size = size;
    }
    *ret = bar;
    return EFI_SUCCESS;
}

EFI_STATUS pci_map_bar(struct pci_function *f, unsigned index, const struct pci_bar **ret)
{
    const struct pci_bar *bar;
    EFI_STATUS status = pci_bar_sized(f, index, &bar);
    if (EFI_ERROR(status))
        return status;
    if (!bar->is_io && !bar->mapped) {
        status = pci_map_registers(bar->address, bar->size);
        if (EFI_ERROR(status))
            return log_failure(status, "pci %s: mapping BAR %u at 0x%llx", f->name, index,
                               (unsigned long long)bar->address);
        f->bars[index].mapped = true;
    }
    *ret = bar;
    return EFI_SUCCESS;
}

void pci_forget_bars(struct pci_function *f)
{
    for (unsigned i = 0; i < PCI_BAR_COUNT; i++)
        f->bars[i] = (struct pci_bar){0};
    pci_host_forget_ranges(f->host);
}
