/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hw/virtio.h"
#include "models/bus.h"

/* The device's half of virtio, whatever the transport: status, features, split queues. Follows
 * Cloud Hypervisor where it is stricter or odder than the specification
 * (platforms/cloud-hypervisor.md §4.1), and notes what the driver does wrong on the bus. */

#define VIRTIO_MODEL_QUEUES 4
#define VIRTIO_MODEL_TABLES 128

struct virtio_model;

struct virtio_model_queue {
    uint16_t max, size;
    bool enabled;
    uint64_t descriptors, driver, device;
    uint16_t next_available, used;
    uint8_t in_flight[VIRTQ_SIZE_MAX / 8]; /* heads: a bit for each */
    /* Indirect tables that were last seen at the first heads: the descriptor that named it. */
    struct virtq_desc tables[VIRTIO_MODEL_TABLES];
    unsigned table_count; /* chains that came in one */
};

/* A chain that the device took. */
struct virtio_model_chain {
    uint16_t head;
    unsigned count;
    struct {
        uint8_t *data;
        uint32_t size;
        bool writable;
    } pieces[256];
};

/* Places where a hostile device may lie. */
enum virtio_lie {
    LIE_STATUS,
    LIE_FEATURES,
    LIE_QUEUE_SIZE,
    LIE_NOTIFY_OFFSET,
    LIE_GENERATION,
    LIE_CONFIG,
    LIE_USED_ID,
    LIE_USED_LENGTH,
    LIE_USED_INDEX, /* how far the index moves; honest: 1 */
    LIE_RESULT,     /* the device's own status byte */
    LIE_SCRIBBLE,   /* not 0: the rings and tables are overwritten with this, all of them */
};

struct virtio_model {
    struct bus *bus;
    struct guest_memory memory;
    uint16_t type;
    uint64_t offered;                  /* features */
    uint64_t acknowledged;             /* never cleared: not by a reset either */
    bool (*may_master)(void *context); /* is bus mastering on? NULL: always */
    void *may_master_context;

    uint8_t status, generation;
    uint32_t device_select, driver_select;
    uint16_t queue_select, queue_count;
    struct virtio_model_queue *queues; /* VIRTIO_MODEL_QUEUES */
    uint8_t config[64];
    unsigned config_size;

    bool legacy; /* no FEATURES_OK, and the queue size is fixed */
    bool never_resets, refuses_features;
    bool worker_dead; /* a head was used again while in flight */
    bool scribbled;   /* the hostile device has overwritten its rings */
    unsigned resets, notifications, activations;

    /* The device type's own part. notify: chains may be there. reset: forget everything in flight.
     */
    void (*notify)(struct virtio_model *model, unsigned queue);
    void (*reset)(struct virtio_model *model);
    /* Is this one register, by its own width (virtio 1.2 §4.1.3.1)? NULL: whatever it is. */
    bool (*is_field)(unsigned offset, unsigned width);
    void (*write_config)(struct virtio_model *model, unsigned offset, unsigned width,
                         uint32_t value);

    uint64_t (*lie)(void *context, enum virtio_lie what, uint64_t honest);
    void *lie_context;
};

/* `queue_max[i]` for `queue_count` queues; allocates. */
void virtio_model_init(struct virtio_model *model, struct bus *bus, const uint16_t *queue_max,
                       unsigned queue_count);
void virtio_model_free(struct virtio_model *model);

uint64_t virtio_model_lie(struct virtio_model *model, enum virtio_lie what, uint64_t honest);

/* What transports call. */
void virtio_model_set_status(struct virtio_model *model, uint8_t status);
uint8_t virtio_model_get_status(struct virtio_model *model);
void virtio_model_acknowledge(struct virtio_model *model, uint64_t features);
void virtio_model_enable_queue(struct virtio_model *model, unsigned index);
void virtio_model_notify(struct virtio_model *model, unsigned queue);

/* A hostile device's: `pattern` all over the descriptors, in the ring and in tables. */
void virtio_model_scribble_descriptors(struct virtio_model *model, struct virtio_model_queue *queue,
                                       uint64_t pattern);

/* What device types call: the next chain of a queue; giving it back. */
bool virtio_model_pop(struct virtio_model *model, unsigned queue, struct virtio_model_chain *ret);
void virtio_model_push(struct virtio_model *model, unsigned queue, uint16_t head, uint32_t length);
