/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/virtio_devices.h"

#include "models/virtio_blk.h"
#include "models/virtio_console.h"
#include "models/virtio_net.h"

static void *map_memory(void *context, uint64_t address, uint64_t size)
{
    return vm_memory(context, address, size);
}

struct guest_memory guest_memory_of(struct vm *vm)
{
    return (struct guest_memory){map_memory, vm};
}

/* Features that stay acknowledged for the OS (platforms/cloud-hypervisor.md §4.1, rule 4). */
static uint64_t allowed_features(const struct virtio_model *virtio)
{
    uint64_t common = VIRTIO_F_VERSION_1;
    if (virtio->type == VIRTIO_TYPE_BLOCK)
        return common | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |
               VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_TOPOLOGY |
               VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES |
               (virtio->queues[0].max < 128 ? VIRTIO_F_INDIRECT_DESC : 0);
    if (virtio->type == VIRTIO_TYPE_NET)
        return common | VIRTIO_NET_F_MAC | VIRTIO_NET_F_MTU | VIRTIO_NET_F_STATUS;
    if (virtio->type == VIRTIO_TYPE_CONSOLE)
        return common | VIRTIO_CONSOLE_F_SIZE;
    return common;
}

void check_virtio(struct bus *bus, const char *name, const struct virtio_model *virtio)
{
    uint64_t excess = virtio->acknowledged & ~allowed_features(virtio);
    if (excess != 0)
        bus_forbidden(bus, "%s: features 0x%llx acknowledged in excess", name,
                      (unsigned long long)excess);
    if (virtio->worker_dead)
        bus_forbidden(bus, "%s: a head was used again in flight", name);
}

void show_virtio(FILE *to, const struct virtio_model *virtio)
{
    fprintf(to, "virtio type %u, status %02x, acknowledged %llx of %llx\n", virtio->type,
            virtio->status, (unsigned long long)virtio->acknowledged,
            (unsigned long long)virtio->offered);
    for (unsigned i = 0; i < virtio->queue_count; i++) {
        const struct virtio_model_queue *queue = &virtio->queues[i];
        if (queue->enabled)
            fprintf(to, " queue %u: %u entries at %llx, %llx, %llx; taken %u, used %u\n", i,
                    queue->size, (unsigned long long)queue->descriptors,
                    (unsigned long long)queue->driver, (unsigned long long)queue->device,
                    queue->next_available, queue->used);
    }
}
