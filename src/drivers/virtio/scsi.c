/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/scsi.h"

#include "core/log.h"
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/pci_transport.h"
#include "drivers/virtio/scsi_private.h"
#include "lib/memory.h"

/* Starting and stopping; units are found in scsi_scan.c, commands are in scsi_request.c. */

#define SECTOR_SIZE 512u

/* The smallest limit of one command that makes sense. */
#define PART_MIN 65536u

static EFI_STATUS read_config(struct virtio_scsi *controller, unsigned *ret_targets)
{
    static const struct virtio_config_field fields[] = {
        {offsetof(struct virtio_scsi_config, seg_max), 4},
        {offsetof(struct virtio_scsi_config, max_sectors), 4},
        {offsetof(struct virtio_scsi_config, sense_size), 4},
        {offsetof(struct virtio_scsi_config, cdb_size), 4},
        {offsetof(struct virtio_scsi_config, max_target), 2},
    };
    uint32_t values[ARRAY_SIZE(fields)];
    EFI_STATUS status = virtio_read_config(controller->device, fields, ARRAY_SIZE(fields), values);
    if (EFI_ERROR(status))
        return status;
    if (values[2] != VIRTIO_SCSI_SENSE_SIZE || values[3] != VIRTIO_SCSI_CDB_SIZE)
        return log_failure(EFI_UNSUPPORTED, "virtio-scsi %s: commands of %u bytes, sense of %u",
                           controller->device->name, values[3], values[2]);
    controller->pieces_max = MAX(1, MIN(values[0], BLOCK_PIECES_MAX));
    uint64_t limit = (uint64_t)values[1] * SECTOR_SIZE;
    controller->part_max = limit == 0 ? VSCSI_PART_MAX : (uint32_t)MIN(limit, VSCSI_PART_MAX);
    if (controller->part_max < PART_MIN)
        return log_failure(EFI_UNSUPPORTED, "virtio-scsi %s: at most %u sectors at once",
                           controller->device->name, values[1]);
    *ret_targets = MIN(values[4] + 1, VSCSI_TARGETS);
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct virtio_scsi *controller)
{
    unsigned targets = 0;
    EFI_STATUS status = virtio_negotiate(controller->device, VIRTIO_F_INDIRECT_DESC);
    if (!EFI_ERROR(status))
        status = read_config(controller, &targets);
    if (!EFI_ERROR(status))
        status = virtqueue_create(controller->device, VIRTIO_SCSI_QUEUE_REQUEST, SCSI_QUEUE_MIN,
                                  SCSI_QUEUE_MAX, &controller->queue);
    if (EFI_ERROR(status))
        return status;
    controller->pieces_max = MIN(controller->pieces_max, controller->queue->size - 2u);
    controller->slots = pool_alloc_pages(VSCSI_SLOTS_SIZE);
    if (controller->slots == NULL)
        return EFI_OUT_OF_RESOURCES;
    memset(controller->slots, 0, VSCSI_SLOTS_SIZE);
    for (unsigned i = 0; i < SCSI_REQUESTS; i++) {
        controller->requests[i].slot = &controller->slots[i];
        controller->requests[i].next_free = controller->free_requests;
        controller->free_requests = &controller->requests[i];
    }
    virtio_driver_ok(controller->device);
    return virtio_scsi_scan(controller, targets);
}

EFI_STATUS virtio_scsi_restart(struct virtio_scsi *controller)
{
    if (controller->stuck)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = virtio_negotiate(controller->device, VIRTIO_F_INDIRECT_DESC);
    if (!EFI_ERROR(status))
        status = virtqueue_restart(controller->queue);
    if (EFI_ERROR(status)) {
        controller->stuck = EFI_ERROR(virtio_reset(controller->device));
        return status;
    }
    virtio_driver_ok(controller->device);
    controller->dead = false;
    return EFI_SUCCESS;
}

/* Frees everything; the device was reset, or it keeps what it might still write to. */
static void release(struct virtio_scsi *controller)
{
    struct virtio_device *device = controller->device;
    LIST_FOR_EACH_SAFE(node, &controller->units)
    {
        struct vscsi_unit *unit = LIST_ENTRY(node, struct vscsi_unit, link);
        scsi_unit_release(&unit->scsi, controller->stuck);
        pool_free(unit);
    }
    if (!controller->stuck) {
        virtqueue_destroy(controller->queue);
        if (controller->slots != NULL)
            pool_free_pages(controller->slots, VSCSI_SLOTS_SIZE);
    }
    pool_free(controller);
    device->transport->close(device);
}

EFI_STATUS virtio_scsi_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_scsi *controller = pool_alloc_zeroed(sizeof *controller);
    if (controller == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    controller->device = device;
    list_init(&controller->units);
    list_init(&controller->instance.interfaces);
    EFI_STATUS status = set_up(controller);
    if (EFI_ERROR(status)) {
        if (!controller->dead)
            controller->stuck = EFI_ERROR(virtio_reset(device));
        release(controller);
        return status;
    }
    *ret = &controller->instance;
    return EFI_SUCCESS;
}

void virtio_scsi_stop(struct device_instance *instance)
{
    struct virtio_scsi *controller = CONTAINER_OF(instance, struct virtio_scsi, instance);
    if (!controller->dead) {
        virtio_scsi_kill(controller);
        LIST_FOR_EACH(node, &controller->units)
        scsi_unit_fail(&LIST_ENTRY(node, struct vscsi_unit, link)->scsi, EFI_ABORTED);
    }
    release(controller);
}

void virtio_scsi_quiesce(struct device_instance *instance)
{
    struct virtio_scsi *controller = CONTAINER_OF(instance, struct virtio_scsi, instance);
    controller->dead = true;
    controller->stuck = EFI_ERROR(virtio_reset(controller->device));
    controller->device->transport->quiesce(controller->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_SCSI);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_scsi_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_scsi) = {
    .name = "virtio-scsi",
    .class = DEVICE_DISK,
    .match = match,
    .start = start,
    .stop = virtio_scsi_stop,
    .quiesce = virtio_scsi_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_scsi_any) = {
    .name = "virtio-scsi",
    .class = DEVICE_DISK,
    .type = VIRTIO_TYPE_SCSI,
    .start = virtio_scsi_start,
    .stop = virtio_scsi_stop,
    .quiesce = virtio_scsi_quiesce,
};
