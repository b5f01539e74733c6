/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/net.h"
#include "models/virtio.h"

/* A network card. What the driver sends is counted, and the last frame kept; or comes back at once.
 */
struct virtio_net_model {
    struct virtio_model virtio;
    uint8_t frame[65536]; /* the last that was sent */
    size_t frame_size;
    unsigned sent;

    /* What control commands have set. */
    bool promiscuous, all_multicast;
    uint32_t multicast_count;
    uint8_t multicast[NET_MULTICAST_MAX][NET_ADDRESS_SIZE];
    unsigned commands;

    /* Told of each frame that was sent. NULL: nobody is. */
    void (*send)(struct virtio_net_model *model, const void *frame, size_t size);

    /* Faults and habits */
    bool echoes;         /* frames come back */
    bool holds;          /* sent frames are not completed until virtio_net_model_release() */
    bool mute;           /* commands are not answered */
    uint8_t acknowledge; /* the answer to commands */
};

/* `features` beside VERSION_1; the address is 52:54:00:12:34:56, the link up, the MTU 1500. */
void virtio_net_model_init(struct virtio_net_model *model, struct bus *bus, uint64_t features,
                           uint16_t queue_size);

/* A frame arrives. False: no buffer for it, or it does not fit. */
bool virtio_net_model_deliver(struct virtio_net_model *model, const void *frame, size_t size);

/* Completes what was held. */
void virtio_net_model_release(struct virtio_net_model *model);

struct virtio_net_config *virtio_net_model_config(struct virtio_net_model *model);
