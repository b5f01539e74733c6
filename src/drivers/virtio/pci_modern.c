/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/pci_transport.h"
#include "lib/checked.h"

/* virtio 1.x over PCI (virtio 1.2 §4.1). Every register is accessed exactly as wide as it is;
 * 64-bit ones in two halves (§4.1.3.1). */

struct modern {
    struct virtio_device device;
    struct pci_function *function;
    uint64_t common, config, notify; /* physical addresses; config 0: the device has none */
    uint32_t config_size, notify_size, notify_multiplier;
};

#define COMMON(member)       offsetof(struct virtio_pci_common_cfg, member)
#define COMMON_ADDRESS(d, m) (to_modern(d)->common + COMMON(m))

static struct modern *to_modern(struct virtio_device *device)
{
    return CONTAINER_OF(device, struct modern, device);
}

static uint8_t get_status(struct virtio_device *device)
{
    return mmio_read8(COMMON_ADDRESS(device, device_status));
}

static void set_status(struct virtio_device *device, uint8_t status)
{
    mmio_write8(COMMON_ADDRESS(device, device_status), status);
}

static uint64_t get_features(struct virtio_device *device)
{
    mmio_write32(COMMON_ADDRESS(device, device_feature_select), 0);
    uint32_t low = mmio_read32(COMMON_ADDRESS(device, device_feature));
    mmio_write32(COMMON_ADDRESS(device, device_feature_select), 1);
    return (uint64_t)mmio_read32(COMMON_ADDRESS(device, device_feature)) << 32 | low;
}

static void set_features(struct virtio_device *device, uint64_t features)
{
    mmio_write32(COMMON_ADDRESS(device, driver_feature_select), 0);
    mmio_write32(COMMON_ADDRESS(device, driver_feature), (uint32_t)features);
    mmio_write32(COMMON_ADDRESS(device, driver_feature_select), 1);
    mmio_write32(COMMON_ADDRESS(device, driver_feature), (uint32_t)(features >> 32));
}

static uint32_t queue_size(struct virtio_device *device, uint16_t index)
{
    mmio_write16(COMMON_ADDRESS(device, queue_select), index);
    return mmio_read16(COMMON_ADDRESS(device, queue_size));
}

static void write_address(uint64_t register_address, uint64_t value)
{
    mmio_write32(register_address, (uint32_t)value);
    mmio_write32(register_address + 4, (uint32_t)(value >> 32));
}

static EFI_STATUS enable_queue(struct virtio_device *device, uint16_t index, uint16_t size,
                               uint32_t max, const struct virtio_queue_memory *memory,
                               uint64_t *ret_doorbell)
{
    struct modern *m = to_modern(device);
    uint64_t offset =
        (uint64_t)mmio_read16(COMMON_ADDRESS(device, queue_notify_off)) * m->notify_multiplier;
    if (!range_within(offset, 2, m->notify_size))
        return log_failure(EFI_VOLUME_CORRUPTED, "virtio %s: doorbell of queue %u", device->name,
                           index);
    if (size != max)
        mmio_write16(COMMON_ADDRESS(device, queue_size), size);
    write_address(COMMON_ADDRESS(device, queue_desc_low), memory->descriptors);
    write_address(COMMON_ADDRESS(device, queue_driver_low), memory->driver);
    write_address(COMMON_ADDRESS(device, queue_device_low), memory->device);
    mmio_write16(COMMON_ADDRESS(device, queue_enable), 1);
    *ret_doorbell = m->notify + offset;
    return EFI_SUCCESS;
}

static void notify(struct virtio_device *device, uint16_t index, uint64_t doorbell)
{
    mmio_write16(doorbell, index);
}

static uint32_t read_config(struct virtio_device *device, unsigned offset, unsigned width)
{
    struct modern *m = to_modern(device);
    if (!range_within(offset, width, m->config_size))
        return UINT32_MAX;
    switch (width) {
    case 1:
        return mmio_read8(m->config + offset);
    case 2:
        return mmio_read16(m->config + offset);
    default:
        return mmio_read32(m->config + offset);
    }
}

static uint8_t config_generation(struct virtio_device *device)
{
    return mmio_read8(COMMON_ADDRESS(device, config_generation));
}

static void quiesce(struct virtio_device *device)
{
    pci_disable(to_modern(device)->function);
}

static void close(struct virtio_device *device)
{
    quiesce(device);
    pool_free(to_modern(device));
}

static const struct virtio_transport modern_transport = {
    .get_status = get_status,
    .set_status = set_status,
    .get_features = get_features,
    .set_features = set_features,
    .queue_size = queue_size,
    .enable_queue = enable_queue,
    .notify = notify,
    .read_config = read_config,
    .config_generation = config_generation,
    .close = close,
    .quiesce = quiesce,
};

/* One structure that a capability points at: §4.1.4. */
struct place {
    bool found;
    uint8_t bar;
    uint32_t offset, length;
    uint8_t position; /* of the capability */
};

/* Notes the first structure of each kind that is in memory, as §4.1.4.1 has it; stops when the
 * three that we need are found. */
static void find_structures(struct pci_function *f, struct place places[])
{
    struct pci_capability_walk walk = {0};
    while (pci_next_capability(f, &walk)) {
        uint8_t length = (uint8_t)(walk.header >> 16);
        uint8_t kind = (uint8_t)(walk.header >> 24);
        if ((uint8_t)walk.header != PCI_CAPABILITY_VENDOR ||
            (kind != VIRTIO_PCI_CAP_COMMON && kind != VIRTIO_PCI_CAP_NOTIFY &&
             kind != VIRTIO_PCI_CAP_DEVICE) ||
            places[kind].found || walk.position > PCI_CONFIG_SIZE - length ||
            length <
                (kind == VIRTIO_PCI_CAP_NOTIFY ? VIRTIO_PCI_CAP_NOTIFY_SIZE : VIRTIO_PCI_CAP_SIZE))
            continue;
        uint8_t bar = (uint8_t)pci_read32(f, walk.position + VIRTIO_PCI_CAP_BAR);
        const struct pci_bar *registers;
        if (bar >= PCI_BAR_COUNT || (!EFI_ERROR(pci_bar(f, bar, &registers)) && registers->is_io))
            continue; /* reserved values; ports, which QEMU can offer for doorbells beside memory */
        places[kind] = (struct place){
            .found = true,
            .bar = bar,
            .offset = pci_read32(f, walk.position + VIRTIO_PCI_CAP_OFFSET),
            .length = pci_read32(f, walk.position + VIRTIO_PCI_CAP_LENGTH),
            .position = walk.position,
        };
        if (places[VIRTIO_PCI_CAP_COMMON].found && places[VIRTIO_PCI_CAP_NOTIFY].found &&
            places[VIRTIO_PCI_CAP_DEVICE].found)
            break;
    }
}

static EFI_STATUS map_structures(struct modern *m, const struct place places[])
{
    const struct place *common = &places[VIRTIO_PCI_CAP_COMMON];
    const struct place *notify_place = &places[VIRTIO_PCI_CAP_NOTIFY];
    const struct place *config = &places[VIRTIO_PCI_CAP_DEVICE];
    struct pci_function *f = m->function;
    if (!common->found || !notify_place->found)
        return EFI_NOT_FOUND;
    if (common->length < sizeof(struct virtio_pci_common_cfg) || common->offset % 4 != 0 ||
        notify_place->offset % 2 != 0 || (config->found && config->offset % 4 != 0))
        return log_failure(EFI_VOLUME_CORRUPTED, "virtio %s: places of its registers", f->name);

    EFI_STATUS status =
        pci_map(f, common->bar, common->offset, sizeof(struct virtio_pci_common_cfg), &m->common);
    if (!EFI_ERROR(status))
        status =
            pci_map(f, notify_place->bar, notify_place->offset, notify_place->length, &m->notify);
    if (!EFI_ERROR(status) && config->found)
        status = pci_map(f, config->bar, config->offset, config->length, &m->config);
    if (EFI_ERROR(status))
        return status;
    m->config_size = config->length;
    m->notify_size = notify_place->length;
    m->notify_multiplier = pci_read32(f, notify_place->position + VIRTIO_PCI_CAP_NOTIFY_MULTIPLIER);
    if (m->notify_multiplier % 2 != 0)
        return log_failure(EFI_VOLUME_CORRUPTED, "virtio %s: doorbell distance %u", f->name,
                           m->notify_multiplier);
    return EFI_SUCCESS;
}

EFI_STATUS virtio_modern_open(struct pci_function *function, struct virtio_device **ret)
{
    struct modern *m = pool_alloc_zeroed(sizeof *m);
    if (m == NULL)
        return EFI_OUT_OF_RESOURCES;
    m->device.transport = &modern_transport;
    m->device.name = function->name;
    m->function = function;

    struct place places[VIRTIO_PCI_CAP_DEVICE + 1] = {0};
    EFI_STATUS status = pci_enable(function, PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER);
    if (!EFI_ERROR(status)) {
        find_structures(function, places);
        status = map_structures(m, places);
    }
    if (EFI_ERROR(status)) {
        close(&m->device);
        return status;
    }
    *ret = &m->device;
    return EFI_SUCCESS;
}
