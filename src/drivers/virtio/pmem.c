/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/pmem.h"

#include "arch/io.h"
#include "arch/paging.h"
#include "core/block.h"
#include "core/log.h"
#include "core/pages.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/virtqueue.h"
#include "efi/types.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/printf.h"

#define BLOCK_SIZE 512u

#define QUEUE_MIN 2
#define QUEUE_MAX 2

/* Longer than a flush on a busy host takes. */
#define TIMEOUT_MS BLOCK_TIMEOUT_MS

/* What the device has not touched is no success. */
#define UNTOUCHED 0xffffffffu

/* Flushes in a row that nobody has answered: then it is not started again by itself. */
#define STRIKES_MAX 3u

struct virtio_pmem {
    struct device_instance instance;
    struct device_interface interface;
    struct block_device block;
    struct virtio_device *device;
    struct virtqueue *queue;
    uint8_t *window;          /* block_count blocks */
    struct flush_page *flush; /* a page that the device sees */
    unsigned strikes;
    bool dead, stuck;
};

struct flush_page {
    struct virtio_pmem_req request;
    struct virtio_pmem_resp response;
};

static struct virtio_pmem *pmem_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct virtio_pmem, block);
}

static void kill(struct virtio_pmem *pmem)
{
    if (pmem->dead)
        return;
    pmem->dead = true;
    if (EFI_ERROR(virtio_reset(pmem->device))) {
        pmem->stuck = true;
        pmem->device->transport->quiesce(pmem->device);
    }
}

static EFI_STATUS wait(struct virtio_pmem *pmem)
{
    struct deadline deadline = deadline_in_ms(TIMEOUT_MS);
    uint32_t length;
    while (virtqueue_take(pmem->queue, &length) == NULL) {
        if (pmem->device->broken)
            return EFI_DEVICE_ERROR;
        if (deadline_passed(&deadline))
            return EFI_TIMEOUT;
    }
    return EFI_SUCCESS;
}

/* What was stored is in the host's file afterwards. */
static EFI_STATUS flush(struct virtio_pmem *pmem)
{
    const struct virtqueue_buffer buffers[] = {
        {&pmem->flush->request, sizeof pmem->flush->request},
        {&pmem->flush->response, sizeof pmem->flush->response},
    };
    pmem->flush->request.type = VIRTIO_PMEM_REQ_TYPE_FLUSH;
    *(volatile uint32_t *)&pmem->flush->response.ret = UNTOUCHED;
    EFI_STATUS status = virtqueue_add(pmem->queue, buffers, 1, 1, pmem);
    if (!EFI_ERROR(status)) {
        virtqueue_kick(pmem->queue);
        status = wait(pmem);
    }
    if (EFI_ERROR(status)) {
        pmem->strikes++;
        kill(pmem);
        return log_failure(status, "%s: flush", pmem->block.name);
    }
    pmem->strikes = 0;
    return *(volatile uint32_t *)&pmem->flush->response.ret == 0 ? EFI_SUCCESS : EFI_DEVICE_ERROR;
}

/* Copies between the window and the segments. */
static EFI_STATUS transfer(struct virtio_pmem *pmem, const struct block_request *request)
{
    uint64_t total = 0;
    for (size_t i = 0; i < request->segment_count; i++)
        if (!checked_add(total, request->segments[i].size, &total))
            return EFI_INVALID_PARAMETER;
    if (total % BLOCK_SIZE != 0 ||
        !range_within(request->lba, total / BLOCK_SIZE, pmem->block.block_count))
        return EFI_INVALID_PARAMETER;
    uint8_t *at = pmem->window + request->lba * BLOCK_SIZE;
    for (size_t i = 0; i < request->segment_count; i++) {
        const struct block_segment *segment = &request->segments[i];
        if (request->operation == BLOCK_READ)
            memcpy(segment->base, at, segment->size);
        else
            memcpy(at, segment->base, segment->size);
        at += segment->size;
    }
    return EFI_SUCCESS;
}

/* The memory is where it was. */
static EFI_STATUS revive(struct virtio_pmem *pmem)
{
    if (!pmem->dead)
        return EFI_SUCCESS;
    if (pmem->stuck || pmem->strikes >= STRIKES_MAX)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = virtio_negotiate(pmem->device, 0);
    if (!EFI_ERROR(status))
        status = virtqueue_restart(pmem->queue);
    if (EFI_ERROR(status)) {
        pmem->strikes++;
        pmem->stuck = EFI_ERROR(virtio_reset(pmem->device));
        return EFI_DEVICE_ERROR;
    }
    virtio_driver_ok(pmem->device);
    pmem->dead = false;
    return EFI_SUCCESS;
}

static EFI_STATUS reset(struct block_device *block)
{
    struct virtio_pmem *pmem = pmem_of(block);
    pmem->strikes = 0;
    return revive(pmem);
}

/* Everything is done when it returns. */
static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    struct virtio_pmem *pmem = pmem_of(block);
    EFI_STATUS status = revive(pmem);
    if (EFI_ERROR(status))
        return status;
    if (request->operation == BLOCK_ERASE)
        return EFI_UNSUPPORTED;
    if (request->operation == BLOCK_FLUSH) {
        status = flush(pmem);
    } else {
        status = transfer(pmem, request);
        if (EFI_ERROR(status))
            return status;
    }
    request->complete(request, status);
    return EFI_SUCCESS;
}

static void poll(struct block_device *block)
{
}

static void abort_requests(struct block_device *block, EFI_STATUS status)
{
    kill(pmem_of(block));
}

static const struct block_operations operations = {
    .submit = submit, .poll = poll, .abort = abort_requests, .reset = reset};

/* Where the memory is; it is cached like RAM, and must not be any that is ours. */
static EFI_STATUS map_window(struct virtio_pmem *pmem)
{
    static const struct virtio_config_field fields[] = {{0, 4}, {4, 4}, {8, 4}, {12, 4}};
    uint32_t values[ARRAY_SIZE(fields)];
    EFI_STATUS status = virtio_read_config(pmem->device, fields, ARRAY_SIZE(fields), values);
    if (EFI_ERROR(status))
        return status;
    uint64_t start = (uint64_t)values[1] << 32 | values[0];
    uint64_t size = (uint64_t)values[3] << 32 | values[2];
    if (size == 0 || start == 0 || start % EFI_PAGE_SIZE != 0 || size % EFI_PAGE_SIZE != 0 ||
        !range_within(start, size, 1ull << paging_physical_bits()) ||
        !pages_are_device_memory(start, size))
        return log_failure(EFI_UNSUPPORTED, "%s: impossible window at 0x%llx, 0x%llx bytes",
                           pmem->block.name, (unsigned long long)start, (unsigned long long)size);
    status = paging_set(start, size, PAGE_READ_WRITE, CACHE_WRITE_BACK);
    if (EFI_ERROR(status))
        return status;
    pmem->window = phys_to_virt(start, size);
    pmem->block.block_count = size / BLOCK_SIZE;
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct virtio_pmem *pmem)
{
    EFI_STATUS status = virtio_negotiate(pmem->device, 0);
    if (!EFI_ERROR(status))
        status = map_window(pmem);
    if (!EFI_ERROR(status))
        status = virtqueue_create(pmem->device, 0, QUEUE_MIN, QUEUE_MAX, &pmem->queue);
    if (EFI_ERROR(status))
        return status;
    pmem->flush = pool_alloc_pages(sizeof *pmem->flush);
    return pmem->flush != NULL ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

static void release(struct virtio_pmem *pmem)
{
    struct virtio_device *device = pmem->device;
    if (!pmem->stuck) {
        virtqueue_destroy(pmem->queue);
        if (pmem->flush != NULL)
            pool_free_pages(pmem->flush, sizeof *pmem->flush);
    }
    pool_free(pmem);
    device->transport->close(device);
}

EFI_STATUS virtio_pmem_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_pmem *pmem = pool_alloc_zeroed(sizeof *pmem);
    if (pmem == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    pmem->device = device;
    pmem->block = (struct block_device){
        .operations = &operations,
        .block_size = BLOCK_SIZE,
        .blocks_per_physical_block = EFI_PAGE_SIZE / BLOCK_SIZE,
        .volatile_cache = true,
    };
    format_text(pmem->block.name, sizeof pmem->block.name, "virtio-pmem %s", device->name);
    EFI_STATUS status = set_up(pmem);
    if (EFI_ERROR(status)) {
        kill(pmem);
        release(pmem);
        return status;
    }
    virtio_driver_ok(device);
    list_init(&pmem->instance.interfaces);
    pmem->interface.class = DEVICE_DISK;
    pmem->interface.disk = &pmem->block;
    list_append(&pmem->instance.interfaces, &pmem->interface.link);
    *ret = &pmem->instance;
    return EFI_SUCCESS;
}

void virtio_pmem_stop(struct device_instance *instance)
{
    struct virtio_pmem *pmem = CONTAINER_OF(instance, struct virtio_pmem, instance);
    kill(pmem);
    release(pmem);
}

void virtio_pmem_quiesce(struct device_instance *instance)
{
    struct virtio_pmem *pmem = CONTAINER_OF(instance, struct virtio_pmem, instance);
    kill(pmem);
    pmem->strikes = STRIKES_MAX;
    pmem->device->transport->quiesce(pmem->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_PMEM);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_pmem_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_pmem) = {
    .name = "virtio-pmem",
    .class = DEVICE_DISK,
    .match = match,
    .start = start,
    .stop = virtio_pmem_stop,
    .quiesce = virtio_pmem_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_pmem_any) = {
    .name = "virtio-pmem",
    .class = DEVICE_DISK,
    .type = VIRTIO_TYPE_PMEM,
    .start = virtio_pmem_start,
    .stop = virtio_pmem_stop,
    .quiesce = virtio_pmem_quiesce,
};
