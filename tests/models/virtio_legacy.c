/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_legacy.h"

#include "lib/macros.h"

static struct virtio_model_queue *selected(struct virtio_model *v)
{
    return v->queue_select < v->queue_count ? &v->queues[v->queue_select] : NULL;
}

static bool exact(struct virtio_model *v, uint64_t offset, unsigned width)
{
    static const uint8_t widths[VIRTIO_LEGACY_CONFIG] = {
        [VIRTIO_LEGACY_DEVICE_FEATURES] = 4, [VIRTIO_LEGACY_DRIVER_FEATURES] = 4,
        [VIRTIO_LEGACY_QUEUE_ADDRESS] = 4,   [VIRTIO_LEGACY_QUEUE_SIZE] = 2,
        [VIRTIO_LEGACY_QUEUE_SELECT] = 2,    [VIRTIO_LEGACY_QUEUE_NOTIFY] = 2,
        [VIRTIO_LEGACY_DEVICE_STATUS] = 1,   [VIRTIO_LEGACY_ISR_STATUS] = 1,
    };
    if (offset >= VIRTIO_LEGACY_CONFIG || widths[offset] == width)
        return true;
    bus_forbidden(v->bus, "%u bytes at legacy register %u", width, (unsigned)offset);
    return false;
}

/* What a device has said is the size that it goes by: another one would only be DMA to anywhere. */
static uint16_t tell_size(struct virtio_model *v, struct virtio_model_queue *queue)
{
    uint16_t told = (uint16_t)virtio_model_lie(v, LIE_QUEUE_SIZE, queue != NULL ? queue->max : 0);
    if (queue != NULL && told <= VIRTQ_SIZE_MAX)
        queue->size = told;
    return told;
}

static uint64_t read_ports(void *context, uint64_t offset, unsigned width)
{
    struct virtio_model *v = ((struct virtio_legacy_model *)context)->virtio;
    struct virtio_model_queue *queue = selected(v);
    if (!exact(v, offset, width))
        return UINT64_MAX;
    switch (offset) {
    case VIRTIO_LEGACY_DEVICE_FEATURES:
        return virtio_model_lie(v, LIE_FEATURES, v->offered & UINT32_MAX);
    case VIRTIO_LEGACY_QUEUE_ADDRESS:
        return queue != NULL ? queue->descriptors / 4096 : 0;
    case VIRTIO_LEGACY_QUEUE_SIZE:
        return tell_size(v, queue);
    case VIRTIO_LEGACY_DEVICE_STATUS:
        return virtio_model_get_status(v);
    case VIRTIO_LEGACY_ISR_STATUS:
        return 0;
    default:
        break;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < width && offset >= VIRTIO_LEGACY_CONFIG; i++) {
        uint64_t at = offset - VIRTIO_LEGACY_CONFIG + i;
        value |= (uint64_t)(at < v->config_size ? v->config[at] : 0) << 8 * i;
    }
    return virtio_model_lie(v, LIE_CONFIG, value);
}

static void set_address(struct virtio_model *v, uint64_t page)
{
    struct virtio_model_queue *queue = selected(v);
    if (queue == NULL || page == 0)
        return;
    queue->descriptors = page * 4096;
    queue->driver = queue->descriptors + 16ull * queue->size;
    queue->device = ALIGN_UP(queue->driver + 6 + 2ull * queue->size, 4096);
    virtio_model_enable_queue(v, v->queue_select);
}

static void write_ports(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct virtio_model *v = ((struct virtio_legacy_model *)context)->virtio;
    if (!exact(v, offset, width))
        return;
    switch (offset) {
    case VIRTIO_LEGACY_DRIVER_FEATURES:
        virtio_model_acknowledge(v, value);
        break;
    case VIRTIO_LEGACY_QUEUE_ADDRESS:
        set_address(v, value);
        break;
    case VIRTIO_LEGACY_QUEUE_SELECT:
        v->queue_select = (uint16_t)value;
        break;
    case VIRTIO_LEGACY_QUEUE_NOTIFY:
        virtio_model_notify(v, (unsigned)value);
        break;
    case VIRTIO_LEGACY_DEVICE_STATUS:
        virtio_model_set_status(v, (uint8_t)value);
        break;
    default:
        if (offset >= VIRTIO_LEGACY_CONFIG && v->write_config != NULL)
            v->write_config(v, (unsigned)(offset - VIRTIO_LEGACY_CONFIG), width, (uint32_t)value);
        break;
    }
}

static bool may_master(void *context)
{
    return pci_model_bus_master(context);
}

void virtio_legacy_model_add(struct virtio_legacy_model *model, struct pci_model *segment,
                             struct virtio_model *virtio, uint16_t device_id, unsigned device,
                             uint16_t base)
{
    struct pci_model_function *f = &model->pci;
    model->virtio = virtio;
    virtio->legacy = true;
    virtio->memory = offset_memory;
    virtio->may_master = may_master;
    virtio->may_master_context = f;
    f->device = (uint8_t)device;
    pci_model_set32(f, PCI_VENDOR_ID, VIRTIO_PCI_VENDOR | (uint32_t)device_id << 16);
    pci_model_set32(f, PCI_SUBSYSTEM, VIRTIO_PCI_VENDOR | (uint32_t)virtio->type << 16);
    pci_model_set32(f, PCI_BAR0, base);
    f->bars[0] = (struct pci_model_bar){
        .size = VIRTIO_LEGACY_MODEL_PORTS,
        .is_io = true,
        .read = read_ports,
        .write = write_ports,
        .context = model,
    };
    pci_model_add(segment, f);
}
