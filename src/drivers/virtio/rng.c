/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/rng.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/random.h"
#include "core/time.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/virtqueue.h"
#include "efi/types.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Longer than a rate limiter's pause; whoever asks has other sources. */
#define TIMEOUT_MS 5000u

#define QUEUE_MIN 1
#define QUEUE_MAX 2

struct virtio_rng {
    struct device_instance instance;
    struct device_interface interface;
    struct random_device random;
    struct virtio_device *device;
    struct virtqueue *queue;
    uint8_t *bounce; /* a page: the device never sees the caller's memory, which may be a stack */
    bool dead, stuck;
};

static void kill(struct virtio_rng *rng)
{
    rng->dead = true;
    if (EFI_ERROR(virtio_reset(rng->device))) {
        rng->stuck = true;
        rng->device->transport->quiesce(rng->device);
    }
    (void)virtqueue_drain(rng->queue);
}

/* One request. `*ret_length` is between 1 and `size`. */
static EFI_STATUS request(struct virtio_rng *rng, uint32_t size, uint32_t *ret_length)
{
    struct virtqueue_buffer buffer = {rng->bounce, size};
    EFI_STATUS status = virtqueue_add(rng->queue, &buffer, 0, 1, rng);
    if (EFI_ERROR(status))
        return status;
    virtqueue_kick(rng->queue);
    struct deadline deadline = deadline_in_ms(TIMEOUT_MS);
    uint32_t length;
    while (virtqueue_take(rng->queue, &length) == NULL) {
        if (rng->device->broken)
            return EFI_DEVICE_ERROR;
        if (deadline_passed(&deadline))
            return EFI_TIMEOUT;
    }
    if (length == 0)
        return EFI_DEVICE_ERROR;
    *ret_length = length;
    return EFI_SUCCESS;
}

static EFI_STATUS read_random(struct random_device *random, void *buffer, size_t size)
{
    struct virtio_rng *rng = CONTAINER_OF(random, struct virtio_rng, random);
    uint8_t *to = buffer;
    if (rng->dead)
        return EFI_DEVICE_ERROR;
    while (size > 0) {
        uint32_t length;
        EFI_STATUS status = request(rng, (uint32_t)MIN(size, EFI_PAGE_SIZE), &length);
        if (EFI_ERROR(status)) {
            kill(rng);
            return log_failure(status, "%s: reading", random->name);
        }
        memcpy(to, rng->bounce, length);
        memset(rng->bounce, 0, length); /* nobody else learns what it was */
        to += length;
        size -= length;
    }
    return EFI_SUCCESS;
}

static const struct random_operations operations = {.read = read_random};

static void release(struct virtio_rng *rng)
{
    struct virtio_device *device = rng->device;
    if (!rng->stuck) {
        virtqueue_destroy(rng->queue);
        if (rng->bounce != NULL)
            pool_free_pages(rng->bounce, EFI_PAGE_SIZE);
    }
    pool_free(rng);
    device->transport->close(device);
}

EFI_STATUS virtio_rng_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_rng *rng = pool_alloc_zeroed(sizeof *rng);
    if (rng == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    rng->device = device;
    rng->random.operations = &operations;
    format_text(rng->random.name, sizeof rng->random.name, "virtio-rng %s", device->name);
    EFI_STATUS status = virtio_negotiate(device, 0);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, 0, QUEUE_MIN, QUEUE_MAX, &rng->queue);
    if (!EFI_ERROR(status)) {
        rng->bounce = pool_alloc_pages(EFI_PAGE_SIZE);
        status = rng->bounce != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
    }
    if (EFI_ERROR(status)) {
        rng->stuck = EFI_ERROR(virtio_reset(device));
        release(rng);
        return status;
    }
    virtio_driver_ok(device);
    list_init(&rng->instance.interfaces);
    rng->interface.class = DEVICE_RANDOM;
    rng->interface.random = &rng->random;
    list_append(&rng->instance.interfaces, &rng->interface.link);
    *ret = &rng->instance;
    return EFI_SUCCESS;
}

void virtio_rng_stop(struct device_instance *instance)
{
    struct virtio_rng *rng = CONTAINER_OF(instance, struct virtio_rng, instance);
    if (!rng->dead)
        kill(rng);
    release(rng);
}

void virtio_rng_quiesce(struct device_instance *instance)
{
    struct virtio_rng *rng = CONTAINER_OF(instance, struct virtio_rng, instance);
    if (!rng->dead)
        kill(rng);
    rng->device->transport->quiesce(rng->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_RNG);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_rng_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_rng) = {
    .name = "virtio-rng",
    .class = DEVICE_RANDOM,
    .match = match,
    .start = start,
    .stop = virtio_rng_stop,
    .quiesce = virtio_rng_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_rng_any) = {
    .name = "virtio-rng",
    .class = DEVICE_RANDOM,
    .type = VIRTIO_TYPE_RNG,
    .start = virtio_rng_start,
    .stop = virtio_rng_stop,
    .quiesce = virtio_rng_quiesce,
};
