/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/net.h"
#include "drivers/driver.h"
#include "drivers/virtio/virtqueue.h"

/* Shared by net.c, net_queues.c and net_control.c only. */

/* Frames at a time, each way: fewer where they are large. */
#define NET_RECEIVE_SLOTS  64u
#define NET_TRANSMIT_SLOTS 32u

/* What the device reads or writes for one frame, in memory of our own: a header, and `frame_max`
 * bytes. */
struct net_slot {
    uint8_t *memory;
    struct net_slot *next_free;
    void *token; /* of a frame that is sent */
};

struct virtio_net {
    struct device_instance instance;
    struct device_interface interface;
    struct net_device net;
    struct virtio_device *device;
    uint64_t features;               /* as they were when it was started: sizes depend on them */
    uint32_t header_size, slot_size; /* bytes */
    unsigned receive_slots, transmit_slots;

    /* While it is open. */
    bool open;
    bool dead;  /* broke the rules, or did not answer: reset, until it is opened again */
    bool stuck; /* would not reset: its memory is never used again */
    struct virtqueue *receive, *transmit, *control;
    struct net_slot *slots;
    uint8_t *memory;
    struct net_slot *free_transmit;
    unsigned receive_count; /* buffers */
    unsigned untold;        /* of these, posted and the doorbell not rung */
    struct net_commands *commands;
};

/* What control commands are made of: a page that the device sees. */
struct net_address_table {
    uint32_t entries;
    uint8_t addresses[NET_MULTICAST_MAX][NET_ADDRESS_SIZE];
} __attribute__((packed));

struct net_commands {
    uint8_t class, command;
    uint8_t flag; /* of a receive mode */
    uint8_t acknowledge;
    uint8_t address[NET_ADDRESS_SIZE];
    uint8_t padding[6];
    struct net_address_table unicast, multicast;
};

static inline struct virtio_net *virtio_net_of(struct net_device *device)
{
    return CONTAINER_OF(device, struct virtio_net, net);
}

/* Resets a device that went wrong; until it is opened again it answers EFI_DEVICE_ERROR. */
void virtio_net_kill(struct virtio_net *net);

/* The operations of struct net_device that are about frames (net_queues.c), and those that need the
 * control queue (net_control.c). */
EFI_STATUS virtio_net_post_all(struct virtio_net *net) MUST_CHECK;
EFI_STATUS virtio_net_transmit(struct net_device *device, const void *frame, size_t size,
                               void *token);
void *virtio_net_transmitted(struct net_device *device);
EFI_STATUS virtio_net_receive(struct net_device *device, void *buffer, size_t *ret_size);
EFI_STATUS virtio_net_set_filter(struct net_device *device, const struct net_filter *filter);
EFI_STATUS virtio_net_set_address(struct net_device *device,
                                  const uint8_t address[NET_ADDRESS_SIZE]);
