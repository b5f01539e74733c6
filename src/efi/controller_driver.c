/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* A controller's driver, be it of a PCI function or of a virtio device over MMIO. */
#include "efi/controller.h"

#include "drivers/dma_gate.h"
#include "drivers/virtio/iommu.h"
#include "efi/guid.h"
#include "efi/handle.h"

/* Others may install PCI I/O, too. */
struct controller *controller_of(EFI_HANDLE handle)
{
    struct pci_io *io = pci_io_of(handle_interface(handle, GUID_OF(EFI_PCI_IO_PROTOCOL)));
    if (io != NULL)
        return CONTAINER_OF(io, struct controller, io);
    return handle_interface(handle, GUID_OF(CLOUDHV_VIRTIO_MMIO));
}

const EFI_GUID *controller_protocol(const struct controller *controller)
{
    static const EFI_GUID pci_io = EFI_PCI_IO_PROTOCOL_GUID;
    static const EFI_GUID virtio_mmio = CLOUDHV_VIRTIO_MMIO_GUID;
    return controller->function != NULL ? &pci_io : &virtio_mmio;
}

bool controller_has_driver(const struct controller *controller)
{
    return controller->driver != NULL || controller->virtio_driver != NULL;
}

const char *controller_driver_name(const struct controller *controller)
{
    if (controller->driver != NULL)
        return controller->driver->name;
    return controller->virtio_driver != NULL ? controller->virtio_driver->name : NULL;
}

bool controller_offers(const struct controller *controller, enum device_class class)
{
    if (controller->driver != NULL)
        return controller->driver->class == class;
    return controller->virtio_driver != NULL && controller->virtio_driver->class == class;
}

EFI_STATUS controller_start(struct controller *controller)
{
    if (controller->driver != NULL)
        return controller->driver->start(controller->function, &controller->instance);
    struct virtio_device *device;
    EFI_STATUS status = virtio_mmio_open(&controller->place, &device);
    if (EFI_ERROR(status))
        return status;
    return controller->virtio_driver->start(device, &controller->instance);
}

void controller_stop(struct controller *controller)
{
    struct device_instance *instance = controller->instance;
    controller->instance = NULL;
    if (controller->driver != NULL)
        controller->driver->stop(instance);
    else
        controller->virtio_driver->stop(instance);
}

void controllers_quiesce(void)
{
    dma_gate_set(NULL); /* going through it takes and gives memory */
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (controller->instance == NULL)
            continue;
        if (controller->driver != NULL)
            controller->driver->quiesce(controller->instance);
        else
            controller->virtio_driver->quiesce(controller->instance);
    }
    virtio_iommu_quiesce();
}
