/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/virtqueue.h"

#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "efi/types.h"
#include "lib/assert.h"
#include "lib/memory.h"

/* Descriptors: no request of a driver needs more, and one that did would go into the ring. */
#define TABLE_MAX 32u

/* Legacy devices find the rings by their place behind the descriptors (§2.7.2). */
static EFI_STATUS allocate_rings(struct virtqueue *queue)
{
    size_t avail_offset = queue->size * sizeof(struct virtq_desc);
    size_t used_offset = avail_offset + sizeof(struct virtq_avail) + 2 * (queue->size + 1u);
    used_offset = ALIGN_UP(used_offset, queue->device->transport->legacy ? EFI_PAGE_SIZE : 4);
    size_t tables_offset =
        used_offset + sizeof(struct virtq_used) + queue->size * sizeof(struct virtq_used_elem) + 2;
    tables_offset = ALIGN_UP(tables_offset, sizeof(struct virtq_desc));
    size_t size =
        tables_offset + (size_t)queue->size * queue->table_size * sizeof(struct virtq_desc);
    uint8_t *memory = pool_alloc_pages(size);
    if (memory == NULL)
        return EFI_OUT_OF_RESOURCES;
    queue->memory = memory;
    queue->memory_size = size;
    queue->descriptors = (struct virtq_desc *)memory;
    queue->avail = (struct virtq_avail *)(memory + avail_offset);
    queue->used_ring = (const struct virtq_used *)(memory + used_offset);
    queue->tables = (struct virtq_desc *)(memory + tables_offset);
    return EFI_SUCCESS;
}

/* Empty rings, which the device is told of; `offered` is what queue_size() said. */
static EFI_STATUS enable(struct virtqueue *queue, uint32_t offered)
{
    memset(queue->memory, 0, queue->memory_size);
    queue->avail->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
    for (unsigned i = 0; i < queue->size; i++)
        queue->shadow[i] = (struct virtqueue_shadow){.next = (uint16_t)(i + 1)};
    queue->free_head = 0;
    queue->free_count = queue->size;
    queue->available = queue->used = queue->in_flight = 0;
    queue->pending = false;
    if (!virtio_has(queue->device, VIRTIO_F_INDIRECT_DESC))
        queue->table_size = 0;
    const struct virtio_queue_memory memory = {
        .descriptors = dma_address(queue->descriptors),
        .driver = dma_address(queue->avail),
        .device = dma_address((const void *)queue->used_ring),
    };
    return queue->device->transport->enable_queue(queue->device, queue->index, queue->size, offered,
                                                  &memory, &queue->doorbell);
}

EFI_STATUS virtqueue_create(struct virtio_device *device, uint16_t index, uint16_t min,
                            uint16_t max, struct virtqueue **ret)
{
    uint32_t offered = device->transport->queue_size(device, index);
    if (offered >= min && offered < max && device->has_tables && !device->uses_tables) {
        EFI_STATUS status = virtio_use_tables(device);
        if (EFI_ERROR(status))
            return status;
        offered = device->transport->queue_size(device, index);
    }
    if (offered < min)
        return log_failure(EFI_UNSUPPORTED, "virtio %s: queue %u has %u entries", device->name,
                           index, offered);
    uint16_t size = max;
    while (size > offered)
        size /= 2;
    if (device->transport->legacy) {
        if (offered > VIRTQ_SIZE_MAX || (offered & (offered - 1)) != 0)
            return log_failure(EFI_UNSUPPORTED, "virtio %s: queue %u has %u entries", device->name,
                               index, offered);
        size = (uint16_t)offered;
    }

    struct virtqueue *queue =
        pool_alloc_zeroed(sizeof *queue + size * sizeof(struct virtqueue_shadow));
    if (queue == NULL)
        return EFI_OUT_OF_RESOURCES;
    queue->device = device;
    queue->index = index;
    queue->size = size;
    if (virtio_has(device, VIRTIO_F_INDIRECT_DESC) && size < max)
        queue->table_size = MIN(size, TABLE_MAX);
    EFI_STATUS status = allocate_rings(queue);
    if (!EFI_ERROR(status))
        status = enable(queue, offered);
    if (EFI_ERROR(status)) {
        virtqueue_destroy(queue);
        return status;
    }
    *ret = queue;
    return EFI_SUCCESS;
}

EFI_STATUS virtqueue_restart(struct virtqueue *queue)
{
    uint32_t offered = queue->device->transport->queue_size(queue->device, queue->index);
    bool same = queue->device->transport->legacy ? offered == queue->size : offered >= queue->size;
    if (!same)
        return log_failure(EFI_UNSUPPORTED, "virtio %s: queue %u has %u entries",
                           queue->device->name, queue->index, offered);
    return enable(queue, offered);
}

void virtqueue_destroy(struct virtqueue *queue)
{
    if (queue == NULL)
        return;
    if (queue->memory != NULL)
        pool_free_pages(queue->memory, queue->memory_size);
    pool_free(queue);
}

static void publish(struct virtqueue *queue, uint16_t head)
{
    queue->avail->ring[queue->available & (queue->size - 1)] = head;
    /* The device reads the entry only after it saw the index. */
    dma_barrier();
    queue->available++;
    *(volatile uint16_t *)&queue->avail->idx = queue->available;
    queue->pending = true;
}

/* The descriptor at `head` becomes that of its table, which is to have `count` descriptors. */
static struct virtq_desc *open_table(struct virtqueue *queue, uint16_t head, unsigned count)
{
    struct virtq_desc *table = &queue->tables[(size_t)head * queue->table_size];
    queue->descriptors[head] = (struct virtq_desc){
        .addr = dma_address(table),
        .len = (uint32_t)(count * sizeof *table),
        .flags = VIRTQ_DESC_F_INDIRECT,
    };
    return table;
}

EFI_STATUS virtqueue_add(struct virtqueue *queue, const struct virtqueue_buffer *buffers,
                         unsigned out, unsigned in, void *token)
{
    unsigned count = out + in;
    ASSERT(count > 0 && count <= queue->size && token != NULL);
    if (queue->device->broken)
        return EFI_DEVICE_ERROR;
    bool in_table = count > 1 && count <= queue->table_size;
    uint16_t taken = in_table ? 1 : (uint16_t)count;
    if (queue->free_count < taken)
        return EFI_NOT_READY;

    uint16_t head = queue->free_head, id = in_table ? 0 : head;
    struct virtq_desc *chain = in_table ? open_table(queue, head, count) : queue->descriptors;
    uint32_t writable = 0;
    for (unsigned i = 0; i < count; i++) {
        struct virtq_desc *d = &chain[id];
        uint16_t next = in_table ? (uint16_t)(i + 1) : queue->shadow[id].next;
        bool last = i + 1 == count;
        d->addr = dma_address(buffers[i].base);
        d->len = buffers[i].size;
        d->flags = (uint16_t)((i >= out ? VIRTQ_DESC_F_WRITE : 0) | (last ? 0 : VIRTQ_DESC_F_NEXT));
        d->next = last ? 0 : next;
        if (i >= out)
            writable += buffers[i].size;
        id = next;
    }
    queue->free_head = in_table ? queue->shadow[head].next : id;
    queue->free_count -= taken;
    queue->in_flight++;
    queue->shadow[head].token = token;
    queue->shadow[head].writable = writable;
    queue->shadow[head].count = taken;

    publish(queue, head);
    return EFI_SUCCESS;
}

void virtqueue_kick(struct virtqueue *queue)
{
    if (!queue->pending || queue->device->broken)
        return;
    queue->pending = false;
    dma_barrier();
    if ((queue->used_ring->flags & VIRTQ_USED_F_NO_NOTIFY) == 0)
        queue->device->transport->notify(queue->device, queue->index, queue->doorbell);
}

/* Puts the chain that begins at `head` back into the free list, by the shadow alone. */
static void free_chain(struct virtqueue *queue, uint16_t head)
{
    uint16_t count = queue->shadow[head].count;
    uint16_t last = head;
    for (unsigned i = 1; i < count; i++)
        last = queue->shadow[last].next;
    queue->shadow[last].next = queue->free_head;
    queue->shadow[head].token = NULL;
    queue->free_head = head;
    queue->free_count += count;
    queue->in_flight--;
}

void *virtqueue_take(struct virtqueue *queue, uint32_t *ret_length)
{
    uint16_t index = queue->used_ring->idx;
    if (queue->device->broken || index == queue->used)
        return NULL;
    if ((uint16_t)(index - queue->used) > queue->in_flight) {
        (void)virtio_broken(queue->device, "more completions than requests");
        return NULL;
    }
    /* The entry is read after the index that announced it, and each number in it once. */
    dma_barrier();
    const volatile struct virtq_used_elem *element =
        &queue->used_ring->ring[queue->used & (queue->size - 1)];
    uint32_t id = element->id;
    uint32_t length = element->len;
    if (id >= queue->size || queue->shadow[id].token == NULL) {
        (void)virtio_broken(queue->device, "completion of a request that is not in flight");
        return NULL;
    }
    queue->used++;
    void *token = queue->shadow[id].token;
    /* Not an error when it is more: Cloud Hypervisor counts the bytes of a write to disk here. */
    *ret_length = MIN(length, queue->shadow[id].writable);
    free_chain(queue, (uint16_t)id);
    return token;
}

void *virtqueue_drain(struct virtqueue *queue)
{
    for (unsigned id = 0; id < queue->size && queue->in_flight > 0; id++) {
        void *token = queue->shadow[id].token;
        if (token != NULL) {
            free_chain(queue, (uint16_t)id);
            return token;
        }
    }
    return NULL;
}
