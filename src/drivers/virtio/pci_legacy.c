/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/pci_transport.h"
#include "efi/types.h"
#include "lib/checked.h"

/* virtio before 1.0 over PCI (virtio 1.2 §4.1.4.8): a block of ports, no capabilities. */

struct legacy {
    struct virtio_device device;
    struct pci_function *function;
    uint16_t base;
    uint16_t config_size; /* at most; the ports do not say where it ends */
};

static struct legacy *to_legacy(struct virtio_device *device)
{
    return CONTAINER_OF(device, struct legacy, device);
}

static uint16_t port(struct virtio_device *device, unsigned offset)
{
    return (uint16_t)(to_legacy(device)->base + offset);
}

static uint8_t get_status(struct virtio_device *device)
{
    return io_read8(port(device, VIRTIO_LEGACY_DEVICE_STATUS));
}

static void set_status(struct virtio_device *device, uint8_t status)
{
    io_write8(port(device, VIRTIO_LEGACY_DEVICE_STATUS), status);
}

static uint64_t get_features(struct virtio_device *device)
{
    return io_read32(port(device, VIRTIO_LEGACY_DEVICE_FEATURES));
}

static void set_features(struct virtio_device *device, uint64_t features)
{
    io_write32(port(device, VIRTIO_LEGACY_DRIVER_FEATURES), (uint32_t)features);
}

static uint32_t queue_size(struct virtio_device *device, uint16_t index)
{
    io_write16(port(device, VIRTIO_LEGACY_QUEUE_SELECT), index);
    return io_read16(port(device, VIRTIO_LEGACY_QUEUE_SIZE));
}

static EFI_STATUS enable_queue(struct virtio_device *device, uint16_t index, uint16_t size,
                               uint32_t max, const struct virtio_queue_memory *memory,
                               uint64_t *ret_doorbell)
{
    uint64_t page = memory->descriptors >> EFI_PAGE_SHIFT;
    if (page > UINT32_MAX)
        return log_failure(EFI_UNSUPPORTED, "virtio %s: queue %u above 16 TiB", device->name,
                           index);
    io_write32(port(device, VIRTIO_LEGACY_QUEUE_ADDRESS), (uint32_t)page);
    *ret_doorbell = port(device, VIRTIO_LEGACY_QUEUE_NOTIFY);
    return EFI_SUCCESS;
}

static void notify(struct virtio_device *device, uint16_t index, uint64_t doorbell)
{
    io_write16((uint16_t)doorbell, index);
}

static uint32_t read_config(struct virtio_device *device, unsigned offset, unsigned width)
{
    if (!range_within(offset, width, to_legacy(device)->config_size))
        return UINT32_MAX;
    uint16_t at = port(device, VIRTIO_LEGACY_CONFIG + offset);
    switch (width) {
    case 1:
        return io_read8(at);
    case 2:
        return io_read16(at);
    default:
        return io_read32(at);
    }
}

static void write_config_byte(struct virtio_device *device, unsigned offset, uint8_t value)
{
    if (range_within(offset, 1, to_legacy(device)->config_size))
        io_write8(port(device, VIRTIO_LEGACY_CONFIG + offset), value);
}

/* There is no generation: whoever reads sees what is there. */
static uint8_t config_generation(struct virtio_device *device)
{
    return 0;
}

static void quiesce(struct virtio_device *device)
{
    pci_disable(to_legacy(device)->function);
}

static void close(struct virtio_device *device)
{
    quiesce(device);
    pool_free(to_legacy(device));
}

static const struct virtio_transport legacy_transport = {
    .legacy = true,
    .get_status = get_status,
    .set_status = set_status,
    .get_features = get_features,
    .set_features = set_features,
    .queue_size = queue_size,
    .enable_queue = enable_queue,
    .notify = notify,
    .read_config = read_config,
    .write_config_byte = write_config_byte,
    .config_generation = config_generation,
    .close = close,
    .quiesce = quiesce,
};

EFI_STATUS virtio_legacy_open(struct pci_function *function, struct virtio_device **ret)
{
    const struct pci_bar *bar;
    EFI_STATUS status = pci_bar(function, 0, &bar);
    if (EFI_ERROR(status))
        return status;
    uint64_t size = pci_bar_size_limit(bar);
    if (!bar->is_io || size <= VIRTIO_LEGACY_CONFIG || !range_within(bar->address, size, 0x10000))
        return EFI_NOT_FOUND;
    struct legacy *legacy = pool_alloc_zeroed(sizeof *legacy);
    if (legacy == NULL)
        return EFI_OUT_OF_RESOURCES;
    legacy->device.transport = &legacy_transport;
    legacy->device.name = function->name;
    legacy->function = function;
    legacy->base = (uint16_t)bar->address;
    legacy->config_size = (uint16_t)(size - VIRTIO_LEGACY_CONFIG);
    status = pci_enable(function, PCI_COMMAND_IO | PCI_COMMAND_BUS_MASTER);
    if (EFI_ERROR(status)) {
        pool_free(legacy);
        return status;
    }
    *ret = &legacy->device;
    return EFI_SUCCESS;
}
