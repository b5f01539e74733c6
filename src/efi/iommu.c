/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/iommu.h"

#include "drivers/dma_gate.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/iommu.h"
#include "efi/controller.h"
#include "efi/tpl.h"

static struct pci_function *function_at(const struct device_place *place)
{
    LIST_FOR_EACH(node, &controllers)
    {
        struct pci_function *f = LIST_ENTRY(node, struct controller, link)->function;
        if (f != NULL && f->segment == place->segment && !f->gone &&
            pci_requester_id(f) == place->bdf)
            return f;
    }
    return NULL;
}

/* Notification functions may start devices, too. */
static EFI_STATUS let_through(const struct device_place *place, const char *name)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = virtio_iommu_attach(place, name);
    efi_restore_tpl(tpl);
    return status;
}

static void shut_out(const struct device_place *place)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    virtio_iommu_detach(place);
    efi_restore_tpl(tpl);
}

void iommu_init(const struct machine *machine)
{
    static const struct dma_gate gate = {.open = let_through, .close = shut_out};
    if (machine->viot == 0)
        return;
    virtio_iommu_init(machine, function_at);
    dma_gate_set(&gate);
}
