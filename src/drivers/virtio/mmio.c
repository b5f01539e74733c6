/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/mmio.h"

#include "arch/io.h"
#include "arch/paging.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "drivers/dma_gate.h"
#include "efi/types.h"
#include "lib/checked.h"
#include "lib/printf.h"

struct mmio {
    struct virtio_device device;
    const struct virtio_mmio_place *place;
};

static uint64_t base_of(const struct virtio_device *device)
{
    return CONTAINER_OF(device, struct mmio, device)->place->base;
}

static uint32_t read_register(struct virtio_device *device, unsigned offset)
{
    return mmio_read32(base_of(device) + offset);
}

static void write_register(struct virtio_device *device, unsigned offset, uint32_t value)
{
    mmio_write32(base_of(device) + offset, value);
}

static uint8_t get_status(struct virtio_device *device)
{
    return (uint8_t)read_register(device, VIRTIO_MMIO_STATUS);
}

static void set_status(struct virtio_device *device, uint8_t status)
{
    write_register(device, VIRTIO_MMIO_STATUS, status);
}

static uint64_t get_features(struct virtio_device *device)
{
    write_register(device, VIRTIO_MMIO_DEVICE_SELECT, 0);
    uint32_t low = read_register(device, VIRTIO_MMIO_DEVICE_FEATURES);
    if (device->transport->legacy)
        return low;
    write_register(device, VIRTIO_MMIO_DEVICE_SELECT, 1);
    return (uint64_t)read_register(device, VIRTIO_MMIO_DEVICE_FEATURES) << 32 | low;
}

static void set_features(struct virtio_device *device, uint64_t features)
{
    write_register(device, VIRTIO_MMIO_DRIVER_SELECT, 0);
    write_register(device, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)features);
    if (device->transport->legacy)
        return;
    write_register(device, VIRTIO_MMIO_DRIVER_SELECT, 1);
    write_register(device, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32));
}

static uint32_t queue_size(struct virtio_device *device, uint16_t index)
{
    write_register(device, VIRTIO_MMIO_QUEUE_SELECT, index);
    return read_register(device, VIRTIO_MMIO_QUEUE_MAX);
}

static void write_address(struct virtio_device *device, unsigned offset, uint64_t value)
{
    write_register(device, offset, (uint32_t)value);
    write_register(device, offset + 4, (uint32_t)(value >> 32));
}

static EFI_STATUS enable_queue(struct virtio_device *device, uint16_t index, uint16_t size,
                               uint32_t max, const struct virtio_queue_memory *memory,
                               uint64_t *ret_doorbell)
{
    write_register(device, VIRTIO_MMIO_QUEUE_SIZE, size);
    write_address(device, VIRTIO_MMIO_QUEUE_DESC, memory->descriptors);
    write_address(device, VIRTIO_MMIO_QUEUE_DRIVER, memory->driver);
    write_address(device, VIRTIO_MMIO_QUEUE_DEVICE, memory->device);
    write_register(device, VIRTIO_MMIO_QUEUE_READY, 1);
    *ret_doorbell = base_of(device) + VIRTIO_MMIO_QUEUE_NOTIFY;
    return EFI_SUCCESS;
}

static EFI_STATUS enable_legacy_queue(struct virtio_device *device, uint16_t index, uint16_t size,
                                      uint32_t max, const struct virtio_queue_memory *memory,
                                      uint64_t *ret_doorbell)
{
    uint64_t page = memory->descriptors >> EFI_PAGE_SHIFT;
    if (page > UINT32_MAX)
        return log_failure(EFI_UNSUPPORTED, "virtio %s: queue %u above 16 TiB", device->name,
                           index);
    write_register(device, VIRTIO_MMIO_GUEST_PAGE_SIZE, EFI_PAGE_SIZE);
    write_register(device, VIRTIO_MMIO_QUEUE_SIZE, size);
    write_register(device, VIRTIO_MMIO_QUEUE_ALIGN, EFI_PAGE_SIZE);
    write_register(device, VIRTIO_MMIO_QUEUE_PAGE, (uint32_t)page);
    *ret_doorbell = base_of(device) + VIRTIO_MMIO_QUEUE_NOTIFY;
    return EFI_SUCCESS;
}

static void notify(struct virtio_device *device, uint16_t index, uint64_t doorbell)
{
    mmio_write32(doorbell, index);
}

static bool config_address(struct virtio_device *device, unsigned offset, unsigned width,
                           uint64_t *ret)
{
    uint64_t size = CONTAINER_OF(device, struct mmio, device)->place->size;
    *ret = base_of(device) + VIRTIO_MMIO_CONFIG + offset;
    return range_within(offset, width, size - VIRTIO_MMIO_CONFIG);
}

static uint32_t read_config(struct virtio_device *device, unsigned offset, unsigned width)
{
    uint64_t address;
    if (!config_address(device, offset, width, &address))
        return UINT32_MAX;
    switch (width) {
    case 1:
        return mmio_read8(address);
    case 2:
        return mmio_read16(address);
    default:
        return mmio_read32(address);
    }
}

static void write_config_byte(struct virtio_device *device, unsigned offset, uint8_t value)
{
    uint64_t address;
    if (config_address(device, offset, 1, &address))
        mmio_write8(address, value);
}

static uint8_t config_generation(struct virtio_device *device)
{
    return device->transport->legacy ? 0 : (uint8_t)read_register(device, VIRTIO_MMIO_GENERATION);
}

/* There is no bus mastering to take away, except where an IOMMU is: elsewhere a device that does
 * not reset keeps its memory. */
static void quiesce(struct virtio_device *device)
{
    const struct device_place place = {.mmio = base_of(device)};
    dma_gate_close(&place);
}

static void close(struct virtio_device *device)
{
    quiesce(device);
    pool_free(CONTAINER_OF(device, struct mmio, device));
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

static const struct virtio_transport legacy_transport = {
    .legacy = true,
    .get_status = get_status,
    .set_status = set_status,
    .get_features = get_features,
    .set_features = set_features,
    .queue_size = queue_size,
    .enable_queue = enable_legacy_queue,
    .notify = notify,
    .read_config = read_config,
    .write_config_byte = write_config_byte,
    .config_generation = config_generation,
    .close = close,
    .quiesce = quiesce,
};

/* VMMs give 512 bytes or a page; who names gigabytes shall not make us map them. */
#define LARGEST_PLACE (1u << 20)

/* The place comes from ACPI or a command line: it must be registers and not RAM. */
static EFI_STATUS map_registers(const struct virtio_mmio_place *place)
{
    uint64_t limit = 1ull << paging_physical_bits();
    if (place->size <= VIRTIO_MMIO_CONFIG || place->size > LARGEST_PLACE || place->base % 4 != 0 ||
        !range_within(place->base, place->size, limit))
        return EFI_INVALID_PARAMETER;
    uint64_t base = ALIGN_DOWN(place->base, EFI_PAGE_SIZE);
    uint64_t end = ALIGN_UP(place->base + place->size, EFI_PAGE_SIZE);
    if (!pages_are_device_memory(base, end - base))
        return EFI_SECURITY_VIOLATION;
    return paging_set(base, end - base, PAGE_READ_WRITE, CACHE_UNCACHED);
}

EFI_STATUS virtio_mmio_probe(struct virtio_mmio_place *place)
{
    format_text(place->name, sizeof place->name, "mmio 0x%llx", (unsigned long long)place->base);
    EFI_STATUS status = map_registers(place);
    if (EFI_ERROR(status))
        return log_failure(status, "virtio %s: 0x%llx bytes", place->name,
                           (unsigned long long)place->size);
    if (mmio_read32(place->base + VIRTIO_MMIO_MAGIC) != VIRTIO_MMIO_MAGIC_VALUE)
        return EFI_NOT_FOUND;
    uint32_t type = mmio_read32(place->base + VIRTIO_MMIO_DEVICE_ID);
    if (type == 0)
        return EFI_NOT_FOUND;
    uint32_t version = mmio_read32(place->base + VIRTIO_MMIO_VERSION);
    if (type > UINT16_MAX ||
        (version != VIRTIO_MMIO_VERSION_LEGACY && version != VIRTIO_MMIO_VERSION_MODERN))
        return log_failure(EFI_UNSUPPORTED, "virtio %s: type %u, version %u", place->name, type,
                           version);
    place->type = (uint16_t)type;
    place->version = (uint8_t)version;
    return EFI_SUCCESS;
}

EFI_STATUS virtio_mmio_open(const struct virtio_mmio_place *place, struct virtio_device **ret)
{
    struct mmio *mmio = pool_alloc_zeroed(sizeof *mmio);
    if (mmio == NULL)
        return EFI_OUT_OF_RESOURCES;
    const struct device_place name = {.mmio = place->base};
    EFI_STATUS status = dma_gate_open(&name, place->name);
    if (EFI_ERROR(status)) {
        pool_free(mmio);
        return status;
    }
    mmio->place = place;
    mmio->device.name = place->name;
    mmio->device.transport =
        place->version == VIRTIO_MMIO_VERSION_LEGACY ? &legacy_transport : &modern_transport;
    *ret = &mmio->device;
    return EFI_SUCCESS;
}
