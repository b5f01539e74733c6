/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"
#include "drivers/scsi/scsi.h"
#include "drivers/virtio/virtqueue.h"

/* Shared by scsi.c, scsi_scan.c and scsi_request.c only. */

#define SCSI_QUEUE_MIN 4 /* header, data and response must fit */
#define SCSI_QUEUE_MAX 128
#define SCSI_REQUESTS  32u

#define VSCSI_PART_MAX (4u << 20)

#define VSCSI_TARGETS   256u
#define VSCSI_UNITS_MAX 256u

/* What the device reads and writes beside the data, in memory of our own. */
struct vscsi_slot {
    struct virtio_scsi_req_header header;
    uint8_t padding[13];
    struct virtio_scsi_resp response;
    uint8_t end[20];
};

_Static_assert(sizeof(struct vscsi_slot) == 192, "three cache lines");

struct vscsi_unit;

struct vscsi_request {
    struct vscsi_request *next_free;
    struct vscsi_slot *slot;
    struct vscsi_unit *unit; /* NULL: free */
    struct scsi_command *command;
};

/* A unit, or one that is being looked for. */
struct vscsi_unit {
    struct list link;
    struct device_interface interface;
    struct scsi_unit scsi;
    struct virtio_scsi *controller;
    uint8_t target;
    uint8_t lun[2]; /* the first level, as the device writes it */
};

struct virtio_scsi {
    struct device_instance instance;
    struct virtio_device *device;
    struct virtqueue *queue;
    struct list units; /* struct vscsi_unit */
    unsigned unit_count;
    uint32_t part_max, pieces_max;
    struct vscsi_slot *slots;
    struct vscsi_request *free_requests;
    bool dead;  /* given up */
    bool stuck; /* would not reset: its memory is never used again */
    struct vscsi_request requests[SCSI_REQUESTS];
};

#define VSCSI_SLOTS_SIZE (SCSI_REQUESTS * sizeof(struct vscsi_slot))

static inline struct vscsi_unit *vscsi_unit_of(struct scsi_unit *scsi)
{
    return CONTAINER_OF(scsi, struct vscsi_unit, scsi);
}

extern const struct scsi_transport virtio_scsi_transport;

/* Resets the device; all commands are forgotten. */
void virtio_scsi_kill(struct virtio_scsi *controller);

/* A unit that is not in the list yet, with its name, limits and transport set. */
struct vscsi_unit *virtio_scsi_new_unit(struct virtio_scsi *controller, uint8_t target,
                                        const uint8_t lun[2]) MUST_CHECK;

/* Finds the units and adds them to the list and to the instance's interfaces. */
EFI_STATUS virtio_scsi_scan(struct virtio_scsi *controller, unsigned target_count) MUST_CHECK;

/* All queues again after virtio_scsi_kill(). */
EFI_STATUS virtio_scsi_restart(struct virtio_scsi *controller) MUST_CHECK;
