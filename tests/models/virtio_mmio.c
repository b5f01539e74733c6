/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_mmio.h"

#include "lib/macros.h"

static struct virtio_model_queue *selected(struct virtio_model *v)
{
    return v->queue_select < v->queue_count ? &v->queues[v->queue_select] : NULL;
}

static uint64_t read_config(struct virtio_model *v, uint64_t offset, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width && offset + i < v->config_size; i++)
        value |= (uint64_t)v->config[offset + i] << 8 * i;
    return virtio_model_lie(v, LIE_CONFIG, value);
}

static uint64_t read_device(struct virtio_model *v, uint64_t offset)
{
    struct virtio_model_queue *queue = selected(v);
    switch (offset) {
    case VIRTIO_MMIO_DEVICE_FEATURES: {
        uint64_t features = virtio_model_lie(v, LIE_FEATURES, v->offered);
        return v->device_select < 2 ? features >> 32 * v->device_select & UINT32_MAX : 0;
    }
    case VIRTIO_MMIO_QUEUE_MAX:
        return virtio_model_lie(v, LIE_QUEUE_SIZE, queue != NULL ? queue->max : 0);
    case VIRTIO_MMIO_QUEUE_READY:
        return queue != NULL && queue->enabled;
    case VIRTIO_MMIO_STATUS:
        return virtio_model_get_status(v);
    case VIRTIO_MMIO_GENERATION:
        return virtio_model_lie(v, LIE_GENERATION, v->generation);
    default:
        return 0;
    }
}

static void forbid(const struct virtio_mmio_model *model, bool write, uint64_t offset,
                   unsigned width)
{
    bus_forbidden(model->virtio->bus, "%s of %u bytes at MMIO register 0x%x with status 0x%x",
                  write ? "write" : "read", width, (unsigned)offset, model->virtio->status);
}

static bool is_readable(uint64_t offset)
{
    static const uint16_t offsets[] = {
        VIRTIO_MMIO_MAGIC,     VIRTIO_MMIO_VERSION,     VIRTIO_MMIO_DEVICE_ID,
        VIRTIO_MMIO_VENDOR_ID, VIRTIO_MMIO_QUEUE_MAX,   VIRTIO_MMIO_DEVICE_FEATURES,
        VIRTIO_MMIO_STATUS,    VIRTIO_MMIO_QUEUE_READY, VIRTIO_MMIO_INTERRUPT_STATUS,
        VIRTIO_MMIO_GENERATION};
    for (unsigned i = 0; i < ARRAY_SIZE(offsets); i++) {
        if (offsets[i] == offset)
            return true;
    }
    return false;
}

/* One more bit at a time, and none less; 0 and FAILED always. */
static bool is_next_status(unsigned from, uint64_t to)
{
    uint64_t added = to & ~(uint64_t)from;
    return to == 0 || (to & VIRTIO_STATUS_FAILED) != 0 ||
           ((to & from) == from && added != 0 && (added & (added - 1)) == 0);
}

static bool is_writable(const struct virtio_mmio_model *model, uint64_t offset, uint64_t value)
{
    const struct virtio_model *v = model->virtio;
    const unsigned negotiated = VIRTIO_STATUS_FEATURES_OK, running = VIRTIO_STATUS_DRIVER_OK;
    bool failed = (v->status & VIRTIO_STATUS_FAILED) != 0;
    if (offset >= VIRTIO_MMIO_CONFIG)
        return (v->status & VIRTIO_STATUS_DRIVER) != 0 && !failed;
    switch (offset) {
    case VIRTIO_MMIO_DEVICE_SELECT:
    case VIRTIO_MMIO_DRIVER_SELECT:
        return value < 2;
    case VIRTIO_MMIO_DRIVER_FEATURES:
        return (v->status & (VIRTIO_STATUS_DRIVER | negotiated)) == VIRTIO_STATUS_DRIVER && !failed;
    case VIRTIO_MMIO_QUEUE_SELECT:
        return value < v->queue_count;
    case VIRTIO_MMIO_QUEUE_NOTIFY:
    case VIRTIO_MMIO_INTERRUPT_ACK:
        return (v->status & running) != 0;
    case VIRTIO_MMIO_STATUS:
        return is_next_status(v->status, value);
    case VIRTIO_MMIO_QUEUE_SIZE:
    case VIRTIO_MMIO_QUEUE_READY:
    case VIRTIO_MMIO_QUEUE_DESC:
    case VIRTIO_MMIO_QUEUE_DESC + 4:
    case VIRTIO_MMIO_QUEUE_DRIVER:
    case VIRTIO_MMIO_QUEUE_DRIVER + 4:
    case VIRTIO_MMIO_QUEUE_DEVICE:
    case VIRTIO_MMIO_QUEUE_DEVICE + 4:
        return (v->status & (negotiated | running)) == negotiated && !failed;
    default:
        return false;
    }
}

static uint64_t read_registers(void *context, uint64_t offset, unsigned width)
{
    struct virtio_mmio_model *model = context;
    struct virtio_model *v = model->virtio;
    if (offset >= VIRTIO_MMIO_CONFIG)
        return v != NULL ? read_config(v, offset - VIRTIO_MMIO_CONFIG, width) : 0;
    if (model->is_strict && (width != 4 || !is_readable(offset)))
        forbid(model, false, offset, width);
    if (width != 4 || offset % 4 != 0)
        return UINT64_MAX;
    switch (offset) {
    case VIRTIO_MMIO_MAGIC:
        return VIRTIO_MMIO_MAGIC_VALUE;
    case VIRTIO_MMIO_VERSION:
        return v != NULL && v->legacy ? VIRTIO_MMIO_VERSION_LEGACY : VIRTIO_MMIO_VERSION_MODERN;
    case VIRTIO_MMIO_DEVICE_ID:
        return v != NULL ? v->type : 0;
    default:
        return v != NULL ? read_device(v, offset) : 0;
    }
}

static uint64_t set_half(uint64_t address, uint64_t value, bool high)
{
    return high ? (address & UINT32_MAX) | value << 32 : (address & ~(uint64_t)UINT32_MAX) | value;
}

static void write_queue(struct virtio_model *v, uint64_t offset, uint64_t value)
{
    struct virtio_model_queue *queue = selected(v);
    if (queue == NULL) {
        bus_forbidden(v->bus, "write to queue %u, which does not exist", v->queue_select);
        return;
    }
    switch (offset & ~4ull) {
    case VIRTIO_MMIO_QUEUE_DESC:
        queue->descriptors = set_half(queue->descriptors, value, offset & 4);
        return;
    case VIRTIO_MMIO_QUEUE_DRIVER:
        queue->driver = set_half(queue->driver, value, offset & 4);
        return;
    case VIRTIO_MMIO_QUEUE_DEVICE:
        queue->device = set_half(queue->device, value, offset & 4);
        return;
    default:
        break;
    }
    if (offset == VIRTIO_MMIO_QUEUE_SIZE) {
        queue->size = (uint16_t)value;
    } else if (offset == VIRTIO_MMIO_QUEUE_READY && !v->legacy && value == 1) {
        virtio_model_enable_queue(v, v->queue_select);
    } else if (offset == VIRTIO_MMIO_QUEUE_PAGE && v->legacy && value != 0) {
        queue->descriptors = value * 4096;
        queue->driver = queue->descriptors + 16ull * queue->size;
        queue->device = ALIGN_UP(queue->driver + 6 + 2ull * queue->size, 4096);
        virtio_model_enable_queue(v, v->queue_select);
    } else if ((offset == VIRTIO_MMIO_QUEUE_ALIGN || offset == VIRTIO_MMIO_GUEST_PAGE_SIZE) &&
               (!v->legacy || value != 4096)) {
        bus_forbidden(v->bus, "register 0x%x written with 0x%x", (unsigned)offset, (unsigned)value);
    }
}

static void write_registers(void *context, uint64_t offset, unsigned width, uint64_t value)
{
    struct virtio_mmio_model *model = context;
    struct virtio_model *v = model->virtio;
    if (v == NULL)
        return;
    if (model->is_strict && !is_writable(model, offset, value)) {
        forbid(model, true, offset, width);
        return;
    }
    if (offset >= VIRTIO_MMIO_CONFIG) {
        if (v->write_config != NULL)
            v->write_config(v, (unsigned)(offset - VIRTIO_MMIO_CONFIG), width, (uint32_t)value);
        return;
    }
    if (width != 4 || offset % 4 != 0) {
        bus_forbidden(v->bus, "%u bytes at MMIO register 0x%x", width, (unsigned)offset);
        return;
    }
    switch (offset) {
    case VIRTIO_MMIO_DEVICE_SELECT:
        v->device_select = (uint32_t)value;
        break;
    case VIRTIO_MMIO_DRIVER_SELECT:
        v->driver_select = (uint32_t)value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES:
        if (v->driver_select < 2)
            virtio_model_acknowledge(v, value << 32 * v->driver_select);
        break;
    case VIRTIO_MMIO_QUEUE_SELECT:
        v->queue_select = (uint16_t)value;
        break;
    case VIRTIO_MMIO_QUEUE_NOTIFY:
        virtio_model_notify(v, (unsigned)value);
        break;
    case VIRTIO_MMIO_STATUS:
        if (model->is_strict && v->never_resets && (v->status & VIRTIO_STATUS_DRIVER_OK))
            value |= VIRTIO_STATUS_FAILED | v->status;
        virtio_model_set_status(v, (uint8_t)value);
        break;
    default:
        write_queue(v, offset, value);
        break;
    }
}

void virtio_mmio_model_add(struct virtio_mmio_model *model, struct bus *bus,
                           struct virtio_model *virtio, uint64_t base)
{
    model->virtio = virtio;
    if (virtio != NULL && virtio->legacy)
        virtio->memory = offset_memory;
    model->range = (struct bus_range){
        .space = BUS_MMIO,
        .base = base,
        .size = model->size != 0 ? model->size : VIRTIO_MMIO_MODEL_SIZE,
        .read = read_registers,
        .write = write_registers,
        .context = model,
    };
    bus_add(bus, &model->range);
}
