/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "drivers/dma_gate.h"
#include "drivers/pci/pci.h"
#include "efi/types.h"
#include "lib/checked.h"

/* What a driver does with its function. */

#define FIRST_CAPABILITY 0x40u
#define MAX_CAPABILITIES ((PCI_CONFIG_SIZE - FIRST_CAPABILITY) / 4)

#define BRIDGE_BITS (PCI_COMMAND_IO | PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER)

static void turn_on(struct pci_function *f, uint16_t bits)
{
    f->command_status = pci_read32(f, PCI_COMMAND);
    f->saved_command = (uint16_t)f->command_status;
    uint16_t command = f->saved_command | bits;
    if (command != f->saved_command)
        pci_write16(f, PCI_COMMAND, command);
}

static void use_bridges(struct pci_function *f)
{
    for (struct pci_function *bridge = f->bridge; bridge != NULL; bridge = bridge->bridge) {
        if (bridge->users++ == 0)
            turn_on(bridge, BRIDGE_BITS);
    }
}

static void leave_bridges(struct pci_function *f)
{
    for (struct pci_function *bridge = f->bridge; bridge != NULL; bridge = bridge->bridge) {
        if (--bridge->users == 0)
            pci_write16(bridge, PCI_COMMAND, bridge->saved_command);
    }
}

static struct device_place place_of(const struct pci_function *f)
{
    return (struct device_place){
        .segment = f->segment,
        .bdf = pci_requester_id(f),
    };
}

static EFI_STATUS open_gate(const struct pci_function *f, uint16_t bits)
{
    if ((bits & PCI_COMMAND_BUS_MASTER) == 0)
        return EFI_SUCCESS;
    const struct device_place place = place_of(f);
    return dma_gate_open(&place, f->name);
}

static void close_gate(const struct pci_function *f)
{
    const struct device_place place = place_of(f);
    dma_gate_close(&place);
}

EFI_STATUS pci_enable(struct pci_function *f, uint16_t bits)
{
    if (f->enabled)
        return EFI_SUCCESS;
    EFI_STATUS status = open_gate(f, bits);
    if (EFI_ERROR(status))
        return status;
    use_bridges(f);
    turn_on(f, bits);
    f->enabled = true;
    return EFI_SUCCESS;
}

void pci_disable(struct pci_function *f)
{
    if (!f->enabled)
        return;
    pci_write16(f, PCI_COMMAND, f->saved_command & (uint16_t)~PCI_COMMAND_BUS_MASTER);
    leave_bridges(f);
    f->enabled = false;
    close_gate(f);
}

EFI_STATUS pci_set_command(struct pci_function *f, uint16_t mask, uint16_t bits)
{
    uint16_t old = pci_read16(f, PCI_COMMAND);
    uint16_t command = (uint16_t)((old & ~mask) | (bits & mask));
    EFI_STATUS status = open_gate(f, bits & mask);
    if (EFI_ERROR(status))
        return status;
    if (!f->opened && (bits & mask & BRIDGE_BITS) != 0) {
        use_bridges(f);
        f->opened = true;
    }
    if (command != old)
        pci_write16(f, PCI_COMMAND, command);
    if (f->opened && (command & BRIDGE_BITS) == 0) {
        leave_bridges(f);
        f->opened = false;
    }
    if ((command & PCI_COMMAND_BUS_MASTER) == 0)
        close_gate(f);
    return EFI_SUCCESS;
}

uint32_t pci_subsystem(const struct pci_function *f)
{
    return pci_read32(f, PCI_SUBSYSTEM);
}

bool pci_next_capability(const struct pci_function *f, struct pci_capability_walk *walk)
{
    if (walk->position == 0) {
        uint32_t status = f->enabled ? f->command_status : pci_read32(f, PCI_COMMAND);
        if ((status & PCI_STATUS_CAPABILITIES) == 0)
            return false;
        walk->next = (uint8_t)pci_read32(f, PCI_CAPABILITY_LIST);
    }
    uint8_t position = walk->next & 0xfc;
    if (position < FIRST_CAPABILITY || walk->steps >= MAX_CAPABILITIES)
        return false;
    walk->steps++;
    walk->position = position;
    walk->header = pci_read32(f, position);
    walk->next = (uint8_t)(walk->header >> 8);
    return true;
}

EFI_STATUS pci_map_registers(uint64_t address, uint64_t size)
{
    uint64_t limit = 1ull << paging_physical_bits();
    if (size == 0 || !range_within(address, size, limit))
        return EFI_INVALID_PARAMETER;
    uint64_t base = ALIGN_DOWN(address, EFI_PAGE_SIZE);
    uint64_t end = ALIGN_UP(address + size, EFI_PAGE_SIZE);
    if (!pages_are_device_memory(base, end - base))
        return EFI_SECURITY_VIOLATION;
    return paging_set(base, end - base, PAGE_READ_WRITE, CACHE_UNCACHED);
}

EFI_STATUS pci_map(struct pci_function *f, unsigned index, uint64_t offset, uint64_t size,
                   uint64_t *ret_address)
{
    const struct pci_bar *bar;
    EFI_STATUS status = pci_bar(f, index, &bar);
    if (EFI_ERROR(status))
        return log_failure(status, "pci %s: BAR %u", f->name, index);

    uint64_t limit = 1ull << paging_physical_bits();
    if (bar->is_io || size == 0 || !range_within(offset, size, pci_bar_size_limit(bar)) ||
        bar->address >= limit || !range_within(offset, size, limit - bar->address))
        return log_failure(EFI_VOLUME_CORRUPTED, "pci %s: 0x%llx bytes at 0x%llx of BAR %u",
                           f->name, (unsigned long long)size, (unsigned long long)offset, index);

    uint64_t address = bar->address + offset;
    status = pci_map_registers(address, size);
    if (status == EFI_SECURITY_VIOLATION)
        return log_failure(status, "pci %s: BAR %u lies in RAM, at 0x%llx", f->name, index,
                           (unsigned long long)address);
    if (EFI_ERROR(status))
        return log_failure(status, "pci %s: mapping BAR %u", f->name, index);
    *ret_address = address;
    return EFI_SUCCESS;
}
