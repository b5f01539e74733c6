/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_pci.h"

#include <stddef.h>
#include <string.h>

#define OFFSET(member) offsetof(struct virtio_pci_common_cfg, member)
#define WIDTH(member)  sizeof(((struct virtio_pci_common_cfg *)0)->member)

/* One common register: what it is called in the switch below, its place and its only width. */
static bool exact(struct virtio_pci_model *model, uint64_t offset, unsigned width)
{
    static const struct {
        uint8_t offset, width;
    } registers[] = {
        {OFFSET(device_feature_select), 4}, {OFFSET(device_feature), 4},
        {OFFSET(driver_feature_select), 4}, {OFFSET(driver_feature), 4},
        {OFFSET(config_msix_vector), 2},    {OFFSET(num_queues), 2},
        {OFFSET(device_status), 1},         {OFFSET(config_generation), 1},
        {OFFSET(queue_select), 2},          {OFFSET(queue_size), 2},
        {OFFSET(queue_msix_vector), 2},     {OFFSET(queue_enable), 2},
        {OFFSET(queue_notify_off), 2},      {OFFSET(queue_desc_low), 4},
        {OFFSET(queue_desc_high), 4},       {OFFSET(queue_driver_low), 4},
        {OFFSET(queue_driver_high), 4},     {OFFSET(queue_device_low), 4},
        {OFFSET(queue_device_high), 4},
    };
    /* Ring addresses may be written as one. */
    if (width == 8 && (offset == OFFSET(queue_desc_low) || offset == OFFSET(queue_driver_low) ||
                       offset == OFFSET(queue_device_low)))
        return true;
    for (unsigned i = 0; i < sizeof registers / sizeof registers[0]; i++) {
        if (registers[i].offset == offset && registers[i].width == width)
            return true;
    }
    bus_forbidden(model->virtio->bus, "%u bytes at 0x%llx of the common registers", width,
                  (unsigned long long)offset);
    return false;
}

static struct virtio_model_queue *selected(struct virtio_model *v)
{
    return v->queue_select < v->queue_count ? &v->queues[v->queue_select] : NULL;
}

static uint64_t common_read(struct virtio_pci_model *model, uint64_t offset)
{
    struct virtio_model *v = model->virtio;
    struct virtio_model_queue *queue = selected(v);
    switch (offset) {
    case OFFSET(device_feature): {
        uint64_t features = virtio_model_lie(v, LIE_FEATURES, v->offered);
        return v->device_select == 0   ? features & UINT32_MAX
               : v->device_select == 1 ? features >> 32
                                       : 0;
    }
    case OFFSET(num_queues):
        return v->queue_count;
    case OFFSET(device_status):
        return virtio_model_get_status(v);
    case OFFSET(config_generation):
        return virtio_model_lie(v, LIE_GENERATION, v->generation);
    case OFFSET(queue_select):
        return v->queue_select;
    case OFFSET(queue_size):
        if (queue == NULL)
            return virtio_model_lie(v, LIE_QUEUE_SIZE, 0);
        queue->size = (uint16_t)virtio_model_lie(v, LIE_QUEUE_SIZE, queue->size);
        return queue->size;
    case OFFSET(queue_enable):
        return queue != NULL && queue->enabled;
    case OFFSET(queue_notify_off):
        return virtio_model_lie(v, LIE_NOTIFY_OFFSET, v->queue_select);
    default: /* ring addresses and driver features read as 0 */
        return 0;
    }
}

static uint64_t set_half(uint64_t address, uint64_t value, bool high)
{
    return high ? (address & UINT32_MAX) | value << 32 : (address & ~(uint64_t)UINT32_MAX) | value;
}

static void queue_write(struct virtio_model *v, uint64_t offset, uint64_t value)
{
    struct virtio_model_queue *queue = selected(v);
    if (queue == NULL) {
        bus_forbidden(v->bus, "write to queue %u, which does not exist", v->queue_select);
        return;
    }
    switch (offset) {
    case OFFSET(queue_size):
        queue->size = (uint16_t)value;
        break;
    case OFFSET(queue_enable):
        if (value == 1)
            virtio_model_enable_queue(v, v->queue_select);
        break;
    case OFFSET(queue_desc_low):
    case OFFSET(queue_desc_high):
        queue->descriptors = set_half(queue->descriptors, value, offset == OFFSET(queue_desc_high));
        break;
    case OFFSET(queue_driver_low):
    case OFFSET(queue_driver_high):
        queue->driver = set_half(queue->driver, value, offset == OFFSET(queue_driver_high));
        break;
    case OFFSET(queue_device_low):
    case OFFSET(queue_device_high):
        queue->device = set_half(queue->device, value, offset == OFFSET(queue_device_high));
        break;
    default:
        break;
    }
}

static void common_write(struct virtio_pci_model *model, uint64_t offset, uint64_t value)
{
    struct virtio_model *v = model->virtio;
    switch (offset) {
    case OFFSET(device_feature_select):
        v->device_select = (uint32_t)value;
        break;
    case OFFSET(driver_feature_select):
        v->driver_select = (uint32_t)value;
        break;
    case OFFSET(driver_feature):
        if (v->driver_select < 2)
            virtio_model_acknowledge(v, value << 32 * v->driver_select);
        break;
    case OFFSET(device_status):
        virtio_model_set_status(v, (uint8_t)value);
        break;
    case OFFSET(queue_select):
        v->queue_select = (uint16_t)value;
        break;
    default:
        queue_write(v, offset, value);
        break;
    }
}

static uint64_t bar_read(void *context, uint64_t offset, unsigned width)
{
    struct virtio_pci_model *model = context;
    struct virtio_model *v = model->virtio;
    model->register_reads++;
    if (offset < sizeof(struct virtio_pci_common_cfg))
        return exact(model, offset, width) ? common_read(model, offset) : UINT64_MAX;
    if (offset >= VIRTIO_PCI_MODEL_CONFIG && offset < VIRTIO_PCI_MODEL_NOTIFY) {
        uint64_t value = 0;
        offset -= VIRTIO_PCI_MODEL_CONFIG;
        if (offset % width != 0)
            bus_forbidden(v->bus, "unaligned configuration read");
        if (v->is_field != NULL && !v->is_field((unsigned)offset, width))
            bus_forbidden(v->bus, "%u bytes of configuration at %u", width, (unsigned)offset);
        for (unsigned i = 0; i < width && offset + i < v->config_size; i++)
            value |= (uint64_t)v->config[offset + i] << 8 * i;
        return virtio_model_lie(v, LIE_CONFIG, value);
    }
    return 0;
}

static void bar_write(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct virtio_pci_model *model = context;
    struct virtio_model *v = model->virtio;
    model->register_writes++;
    if (v->status == 0 && offset != OFFSET(device_status)) {
        model->lost_writes++;
        virtio_model_set_status(v, 0);
        return;
    }
    if (offset < sizeof(struct virtio_pci_common_cfg)) {
        if (!exact(model, offset, width))
            return;
        common_write(model, offset, width == 8 ? value & UINT32_MAX : value);
        if (width == 8)
            common_write(model, offset + 4, value >> 32);
    } else if (offset >= VIRTIO_PCI_MODEL_NOTIFY && offset < VIRTIO_PCI_MODEL_NOTIFY + 0x1000) {
        if (width != 2 || value != (offset - VIRTIO_PCI_MODEL_NOTIFY) / 4)
            bus_forbidden(v->bus, "doorbell at 0x%llx rung with 0x%llx", (unsigned long long)offset,
                          (unsigned long long)value);
        else
            virtio_model_notify(v, (unsigned)value);
    } else if (offset >= VIRTIO_PCI_MODEL_CONFIG && offset < VIRTIO_PCI_MODEL_NOTIFY &&
               v->write_config != NULL) {
        v->write_config(v, (unsigned)(offset - VIRTIO_PCI_MODEL_CONFIG), width, (uint32_t)value);
    }
}

static void add_capability(struct pci_model_function *f, uint8_t kind, uint32_t offset,
                           uint32_t length, uint32_t multiplier)
{
    uint8_t capability[VIRTIO_PCI_CAP_NOTIFY_SIZE] = {PCI_CAPABILITY_VENDOR};
    bool longer = kind == VIRTIO_PCI_CAP_NOTIFY || kind == VIRTIO_PCI_CAP_PCI;
    capability[2] = longer ? VIRTIO_PCI_CAP_NOTIFY_SIZE : VIRTIO_PCI_CAP_SIZE;
    capability[VIRTIO_PCI_CAP_CFG_TYPE] = kind;
    memcpy(&capability[VIRTIO_PCI_CAP_OFFSET], &offset, 4);
    memcpy(&capability[VIRTIO_PCI_CAP_LENGTH], &length, 4);
    memcpy(&capability[VIRTIO_PCI_CAP_NOTIFY_MULTIPLIER], &multiplier, 4);
    pci_model_add_capability(f, capability, capability[2]);
}

/* Class code and revision, as Cloud Hypervisor has them. */
static uint32_t class_of(uint16_t type)
{
    switch (type) {
    case VIRTIO_TYPE_NET:
        return 0x02000001;
    case VIRTIO_TYPE_BLOCK:
        return 0x01800001;
    default:
        return 0xffff0001;
    }
}

static bool may_master(void *context)
{
    return pci_model_bus_master(context);
}

void virtio_pci_model_add(struct virtio_pci_model *model, struct pci_model *segment,
                          struct virtio_model *virtio, unsigned device, uint64_t bar_address,
                          bool bar_is_64)
{
    /* Enabled from the start, as on Cloud Hypervisor: a vector per queue, and one for the
     * configuration. */
    uint8_t queues = (uint8_t)virtio->queue_count;
    const uint8_t msix[12] = {PCI_CAPABILITY_MSIX, 0, queues, 0x80, 0, 0x80, 0, 0, 0, 0x80, 4, 0};
    struct pci_model_function *f = &model->pci;
    model->virtio = virtio;
    virtio->may_master = may_master;
    virtio->may_master_context = f;
    f->device = (uint8_t)device;
    pci_model_set32(f, PCI_VENDOR_ID,
                    VIRTIO_PCI_VENDOR | (VIRTIO_PCI_DEVICE_MODERN + virtio->type) << 16);
    pci_model_set32(f, PCI_CLASS_REVISION, class_of(virtio->type));
    pci_model_set32(f, PCI_SUBSYSTEM,
                    VIRTIO_PCI_VENDOR | (VIRTIO_PCI_DEVICE_MODERN + virtio->type) << 16);
    pci_model_set32(f, PCI_BAR0, (uint32_t)bar_address);
    if (bar_is_64)
        pci_model_set32(f, PCI_BAR0 + 4, (uint32_t)(bar_address >> 32));
    f->bars[0] = (struct pci_model_bar){
        .size = VIRTIO_PCI_MODEL_BAR_SIZE,
        .is_64 = bar_is_64,
        .read = bar_read,
        .write = bar_write,
        .context = model,
    };
    add_capability(f, VIRTIO_PCI_CAP_COMMON, VIRTIO_PCI_MODEL_COMMON,
                   sizeof(struct virtio_pci_common_cfg), 0);
    add_capability(f, VIRTIO_PCI_CAP_ISR, VIRTIO_PCI_MODEL_ISR, 1, 0);
    if (virtio->config_size != 0)
        add_capability(f, VIRTIO_PCI_CAP_DEVICE, VIRTIO_PCI_MODEL_CONFIG, 0x1000, 0);
    add_capability(f, VIRTIO_PCI_CAP_NOTIFY, VIRTIO_PCI_MODEL_NOTIFY, 0x1000, 4);
    add_capability(f, VIRTIO_PCI_CAP_PCI, 0, 0, 0);
    pci_model_add_capability(f, msix, sizeof msix);
    pci_model_add(segment, f);
}
