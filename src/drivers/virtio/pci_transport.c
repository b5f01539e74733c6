/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/pci_transport.h"

#include "core/log.h"
#include "drivers/pci/pci.h"

EFI_STATUS virtio_pci_open(struct pci_function *function, struct virtio_device **ret)
{
    EFI_STATUS status = virtio_modern_open(function, ret);
    if (status == EFI_NOT_FOUND && function->device_id < VIRTIO_PCI_DEVICE_MODERN)
        status = virtio_legacy_open(function, ret);
    if (status == EFI_NOT_FOUND)
        return log_failure(EFI_UNSUPPORTED, "virtio %s: no registers that we know", function->name);
    return status;
}

/* Transitional devices have fixed ids (§4.1.2); QEMU's default disk is one. */
static uint16_t transitional_type(uint16_t device_id)
{
    switch (device_id) {
    case 0x1000:
        return VIRTIO_TYPE_NET;
    case 0x1001:
        return VIRTIO_TYPE_BLOCK;
    case 0x1003:
        return VIRTIO_TYPE_CONSOLE;
    case 0x1004:
        return VIRTIO_TYPE_SCSI;
    case 0x1005:
        return VIRTIO_TYPE_RNG;
    default:
        return 0;
    }
}

bool virtio_pci_match(const struct pci_function *function, uint16_t type)
{
    return function->vendor_id == VIRTIO_PCI_VENDOR &&
           (function->device_id == VIRTIO_PCI_DEVICE_MODERN + type ||
            transitional_type(function->device_id) == type);
}

EFI_STATUS virtio_pci_start(struct pci_function *function,
                            EFI_STATUS (*start)(struct virtio_device *device,
                                                struct device_instance **ret),
                            struct device_instance **ret)
{
    struct virtio_device *device;
    EFI_STATUS status = virtio_pci_open(function, &device);
    if (EFI_ERROR(status))
        return status;
    return start(device, ret);
}
