/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pci_config.h"

#include "drivers/pci/pci.h"
#include "efi/pci_access.h"
#include "efi/tpl.h"

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
    return a < b + b_size && b < a + a_size;
}

bool pci_config_place_bars(struct pci_function *function)
{
    bool all = true;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    for (unsigned i = 0; i < pci_bar_count(function); i++) {
        const struct pci_bar *bar;
        EFI_STATUS status = pci_bar(function, i, &bar);
        all &= !EFI_ERROR(status) || status == EFI_NOT_FOUND;
    }
    efi_restore_tpl(tpl);
    return all;
}

/* One that cannot be is told in the log, and is not there for those who access it. */
void pci_config_map_bars(struct pci_function *function)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    for (unsigned i = 0; i < pci_bar_count(function); i++) {
        const struct pci_bar *bar;
        if (EFI_ERROR(pci_map_bar(function, i, &bar)))
            continue;
    }
    efi_restore_tpl(tpl);
}

EFI_STATUS pci_config_check(const struct pci_host *host, uint32_t width, uint64_t offset,
                            size_t count, const void *buffer)
{
    uint64_t limit = host->ecam != 0 ? PCI_EXPRESS_SIZE : PCI_CONFIG_SIZE;
    return pci_access_check(PCI_SPACE_CONFIGURATION, width, offset, count, buffer, limit);
}

EFI_STATUS pci_config_access(struct pci_function *function, bool write, uint32_t width,
                             uint64_t offset, size_t count, void *buffer)
{
    EFI_STATUS status = pci_config_check(function->host, width, offset, count, buffer);
    if (EFI_ERROR(status))
        return status;
    uint64_t size = pci_access_span(width, count);
    bool bars = overlap(offset, size, PCI_BAR0, 4 * pci_bar_count(function));
    if (bars && !write)
        (void)pci_config_place_bars(function);
    const struct pci_place place = {PCI_SPACE_CONFIGURATION, offset, function};
    pci_access_run(&place, write, width, count, buffer);
    if (!write)
        return EFI_SUCCESS;
    if (bars)
        pci_forget_bars(function);
    if (overlap(offset, size, PCI_COMMAND, 2) &&
        (pci_read16(function, PCI_COMMAND) & PCI_COMMAND_MEMORY) != 0)
        pci_config_map_bars(function);
    return EFI_SUCCESS;
}
