/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio.h"

#include <stdlib.h>
#include <string.h>

void virtio_model_init(struct virtio_model *model, struct bus *bus, const uint16_t *queue_max,
                       unsigned queue_count)
{
    model->bus = bus;
    if (model->memory.map == NULL)
        model->memory = identity_memory;
    model->queues = calloc(VIRTIO_MODEL_QUEUES, sizeof *model->queues);
    if (model->queues == NULL)
        abort();
    model->queue_count = (uint16_t)queue_count;
    for (unsigned i = 0; i < queue_count; i++)
        model->queues[i].max = model->queues[i].size = queue_max[i];
}

void virtio_model_free(struct virtio_model *model)
{
    free(model->queues);
    model->queues = NULL;
}

uint64_t virtio_model_lie(struct virtio_model *model, enum virtio_lie what, uint64_t honest)
{
    return model->lie != NULL ? model->lie(model->lie_context, what, honest) : honest;
}

static void reset(struct virtio_model *model)
{
    if (model->never_resets)
        return;
    model->resets++;
    model->status = 0;
    model->device_select = model->driver_select = 0;
    model->queue_select = 0;
    model->worker_dead = false;
    model->scribbled = false;
    for (unsigned i = 0; i < model->queue_count; i++) {
        uint16_t max = model->queues[i].max;
        memset(&model->queues[i], 0, sizeof model->queues[i]);
        model->queues[i].max = model->queues[i].size = max;
    }
    if (model->reset != NULL)
        model->reset(model);
}

void virtio_model_set_status(struct virtio_model *model, uint8_t status)
{
    if (status == 0) {
        reset(model);
        return;
    }
    if ((status & VIRTIO_STATUS_DRIVER_OK) && !(model->status & VIRTIO_STATUS_DRIVER_OK)) {
        bool enabled = false;
        for (unsigned i = 0; i < model->queue_count; i++)
            enabled |= model->queues[i].enabled;
        if (status != (model->legacy ? 0x07 : 0x0f) || !enabled)
            bus_forbidden(model->bus, "DRIVER_OK with status 0x%x and %s queue", status,
                          enabled ? "a" : "no");
        model->activations++;
    }
    if (model->refuses_features)
        status &= (uint8_t)~VIRTIO_STATUS_FEATURES_OK;
    model->status = status;
}

uint8_t virtio_model_get_status(struct virtio_model *model)
{
    uint8_t status = model->status;
    if (model->worker_dead)
        status |= VIRTIO_STATUS_NEEDS_RESET;
    return (uint8_t)virtio_model_lie(model, LIE_STATUS, status);
}

void virtio_model_acknowledge(struct virtio_model *model, uint64_t features)
{
    if ((features & ~model->offered) != 0 && model->lie == NULL)
        bus_forbidden(model->bus, "features 0x%llx were not offered",
                      (unsigned long long)(features & ~model->offered));
    if (model->status & VIRTIO_STATUS_FEATURES_OK)
        bus_forbidden(model->bus, "features after FEATURES_OK");
    model->acknowledged |= features;
}

void virtio_model_enable_queue(struct virtio_model *model, unsigned index)
{
    if (index >= model->queue_count) {
        bus_forbidden(model->bus, "queue %u does not exist", index);
        return;
    }
    struct virtio_model_queue *queue = &model->queues[index];
    if (model->lie == NULL &&
        (queue->size == 0 || (queue->size & (queue->size - 1)) != 0 || queue->size > queue->max))
        bus_forbidden(model->bus, "queue %u with %u entries of %u", index, queue->size, queue->max);
    if ((!model->legacy && !(model->status & VIRTIO_STATUS_FEATURES_OK)) ||
        (model->status & VIRTIO_STATUS_DRIVER_OK))
        bus_forbidden(model->bus, "queue %u enabled with status 0x%x", index, model->status);
    if (queue->descriptors % 16 != 0 || queue->driver % 2 != 0 || queue->device % 4 != 0)
        bus_forbidden(model->bus, "queue %u is not aligned", index);
    queue->enabled = true;
}

static bool may_run(struct virtio_model *model, unsigned index)
{
    if (!(model->status & VIRTIO_STATUS_DRIVER_OK) || model->worker_dead ||
        index >= model->queue_count || !model->queues[index].enabled)
        return false;
    if (model->may_master != NULL && !model->may_master(model->may_master_context)) {
        bus_forbidden(model->bus, "work for the device with bus mastering off");
        return false;
    }
    return true;
}

static void *map(struct virtio_model *model, uint64_t address, uint64_t size)
{
    return model->memory.map(model->memory.context, address, size);
}

static struct virtq_desc *descriptor_table(struct virtio_model *model,
                                           struct virtio_model_queue *queue)
{
    return map(model, queue->descriptors, queue->size * sizeof(struct virtq_desc));
}

static struct virtq_avail *available_ring(struct virtio_model *model,
                                          struct virtio_model_queue *queue)
{
    return map(model, queue->driver, sizeof(struct virtq_avail) + 2u * queue->size);
}

static struct virtq_used *used_ring(struct virtio_model *model, struct virtio_model_queue *queue)
{
    return map(model, queue->device,
               sizeof(struct virtq_used) + sizeof(struct virtq_used_elem) * queue->size);
}

void virtio_model_scribble_descriptors(struct virtio_model *model, struct virtio_model_queue *queue,
                                       uint64_t pattern)
{
    const struct virtq_desc bad = {pattern, (uint32_t)pattern, (uint16_t)pattern,
                                   (uint16_t)(pattern >> 16)};
    struct virtq_desc *ring = descriptor_table(model, queue);
    for (unsigned i = 0; ring != NULL && i < queue->size; i++)
        ring[i] = bad;
    for (unsigned head = 0; head < VIRTIO_MODEL_TABLES; head++) {
        const struct virtq_desc *d = &queue->tables[head];
        struct virtq_desc *table = d->len > 0 ? map(model, d->addr, d->len) : NULL;
        for (unsigned i = 0; table != NULL && i < d->len / sizeof bad; i++)
            table[i] = bad;
    }
}

/* A hostile VMM writes into shared memory whenever it likes: here when the doorbell has been rung,
 * and at each completion. */
static void scribble(struct virtio_model *model, struct virtio_model_queue *queue)
{
    uint64_t pattern = virtio_model_lie(model, LIE_SCRIBBLE, 0);
    struct virtq_avail *avail = available_ring(model, queue);
    struct virtq_used *used = used_ring(model, queue);
    if (pattern == 0 || avail == NULL || used == NULL)
        return;
    virtio_model_scribble_descriptors(model, queue, pattern);
    for (unsigned i = 0; i < queue->size; i++) {
        avail->ring[i] = (uint16_t)pattern;
        used->ring[i] =
            (struct virtq_used_elem){(uint32_t)(pattern >> 8) & 0xffff, (uint32_t)(pattern >> 24)};
    }
    avail->idx = (uint16_t)(pattern >> 32);
    used->flags = (uint16_t)(pattern >> 40);
    model->scribbled = true;
}

void virtio_model_notify(struct virtio_model *model, unsigned queue)
{
    model->notifications++;
    if (!may_run(model, queue) || model->notify == NULL)
        return;
    model->notify(model, queue);
    /* The device type may have been reset by what it did. */
    if (model->lie != NULL && model->queues[queue].enabled)
        scribble(model, &model->queues[queue]);
}

/* The table that the last descriptor of a chain names (§2.7.5.3). NULL: against the rules. */
static struct virtq_desc *indirect_table(struct virtio_model *model,
                                         struct virtio_model_queue *queue, uint16_t head,
                                         const struct virtq_desc *d)
{
    if (!(model->acknowledged & VIRTIO_F_INDIRECT_DESC) || (d->flags & VIRTQ_DESC_F_NEXT) ||
        d->len == 0 || d->len % sizeof *d != 0)
        return NULL;
    if (head < VIRTIO_MODEL_TABLES)
        queue->tables[head] = *d;
    queue->table_count++;
    return map(model, d->addr, d->len);
}

static bool walk_chain(struct virtio_model *model, struct virtio_model_queue *queue,
                       struct virtio_model_chain *chain)
{
    struct virtq_desc *table = descriptor_table(model, queue);
    unsigned id = chain->head, size = queue->size;
    bool indirect = false;
    for (;;) {
        if (table == NULL || id >= size || chain->count >= queue->size ||
            chain->count >= sizeof chain->pieces / sizeof chain->pieces[0])
            return false;
        const struct virtq_desc *d = &table[id];
        if (!indirect && (d->flags & VIRTQ_DESC_F_INDIRECT)) {
            indirect = true;
            size = d->len / sizeof *d;
            id = 0;
            table = indirect_table(model, queue, chain->head, d);
            continue;
        }
        void *data = map(model, d->addr, d->len);
        if (data == NULL || d->len == 0 || (d->flags & VIRTQ_DESC_F_INDIRECT))
            return false;
        bool writable = d->flags & VIRTQ_DESC_F_WRITE;
        if (chain->count > 0 && chain->pieces[chain->count - 1].writable && !writable)
            return false;
        chain->pieces[chain->count].data = data;
        chain->pieces[chain->count].size = d->len;
        chain->pieces[chain->count++].writable = writable;
        if (!(d->flags & VIRTQ_DESC_F_NEXT))
            return true;
        id = d->next;
    }
}

static bool is_in_flight(const struct virtio_model_queue *queue, uint16_t head)
{
    return queue->in_flight[head / 8] >> head % 8 & 1;
}

static void set_in_flight(struct virtio_model_queue *queue, uint16_t head, bool in_flight)
{
    uint8_t bit = (uint8_t)(1u << head % 8);
    queue->in_flight[head / 8] =
        (uint8_t)((queue->in_flight[head / 8] & ~bit) | (in_flight ? bit : 0));
}

bool virtio_model_pop(struct virtio_model *model, unsigned index, struct virtio_model_chain *ret)
{
    /* The addresses in a scribbled ring are the model's own inventions: it must not believe them.
     */
    if (!may_run(model, index) || model->scribbled)
        return false;
    struct virtio_model_queue *queue = &model->queues[index];
    struct virtq_avail *avail = available_ring(model, queue);
    if (avail == NULL || avail->idx == queue->next_available)
        return false;
    uint16_t head = avail->ring[queue->next_available % queue->size];
    ret->head = head;
    ret->count = 0;
    /* After a scribble the rings make no sense any more, and the hostile device had its fun. */
    bool valid = head < queue->size && !is_in_flight(queue, head) && walk_chain(model, queue, ret);
    if (!valid) {
        if (model->lie == NULL)
            bus_forbidden(model->bus, "queue %u: chain at %u is bad or in flight", index, head);
        model->worker_dead = true;
        return false;
    }
    queue->next_available++;
    set_in_flight(queue, head, true);
    return true;
}

void virtio_model_push(struct virtio_model *model, unsigned index, uint16_t head, uint32_t length)
{
    struct virtio_model_queue *queue = &model->queues[index];
    if (!may_run(model, index))
        return;
    struct virtq_used *used = used_ring(model, queue);
    if (used == NULL)
        return;
    set_in_flight(queue, head, false);
    used->ring[queue->used % queue->size] = (struct virtq_used_elem){
        .id = (uint32_t)virtio_model_lie(model, LIE_USED_ID, head),
        .len = (uint32_t)virtio_model_lie(model, LIE_USED_LENGTH, length),
    };
    queue->used += (uint16_t)virtio_model_lie(model, LIE_USED_INDEX, 1);
    __atomic_store_n(&used->idx, queue->used, __ATOMIC_RELEASE);
    if (model->lie != NULL)
        scribble(model, queue);
}
