/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* An Ethernet interface as drivers offer it. Frames begin with the 14 bytes of their media header
 * and have no check sequence. */

#define NET_ADDRESS_SIZE  6u
#define NET_HEADER_SIZE   14u
#define NET_VLAN_SIZE     4u /* of a tag, beyond the header */
#define NET_MULTICAST_MAX 16u

/* Which frames are wanted; the values are EFI's. */
#define NET_UNICAST               0x01u
#define NET_MULTICAST             0x02u /* those in the list */
#define NET_BROADCAST             0x04u
#define NET_PROMISCUOUS           0x08u
#define NET_PROMISCUOUS_MULTICAST 0x10u

struct net_filter {
    uint32_t accept; /* NET_… */
    uint8_t station[NET_ADDRESS_SIZE];
    uint8_t multicast_count;
    uint8_t multicast[NET_MULTICAST_MAX][NET_ADDRESS_SIZE];
};

struct net_device;

struct net_operations {
    /* Starts the device: from here on it receives. Until then, and after close(), it is reset and
     * touches no memory. EFI_OUT_OF_RESOURCES, EFI_UNSUPPORTED, EFI_DEVICE_ERROR. */
    EFI_STATUS (*open)(struct net_device *device);

    /* What is in flight is lost, and its tokens are forgotten. */
    void (*close)(struct net_device *device);

    /* Tells an open device what is wanted; it may still deliver more (net_filter_accepts()). */
    EFI_STATUS (*set_filter)(struct net_device *device, const struct net_filter *filter);

    /* Gives an open device another address. EFI_UNSUPPORTED: it cannot have one. */
    EFI_STATUS (*set_address)(struct net_device *device, const uint8_t address[NET_ADDRESS_SIZE]);

    /* Takes a copy of a frame, NET_HEADER_SIZE to net_frame_max() bytes. `token` (not NULL) comes
     * back from transmitted() when it was sent. EFI_NOT_READY: no room now. */
    EFI_STATUS (*transmit)(struct net_device *device, const void *frame, size_t size, void *token);

    /* The token of a frame that was sent, or NULL. */
    void *(*transmitted)(struct net_device *device);

    /* Copies the next frame to buffer[net_frame_max()]; at least NET_HEADER_SIZE bytes.
     * EFI_NOT_READY: there is none. EFI_DEVICE_ERROR: the device is dead until it is opened again.
     */
    EFI_STATUS (*receive)(struct net_device *device, void *buffer, size_t *ret_size);

    /* Is there a link? One access to an open device. */
    bool (*link_is_up)(struct net_device *device);
};

struct net_device {
    const struct net_operations *operations;
    char name[40];                       /* for log lines: "virtio-net 0000:00:03.0" */
    uint8_t permanent[NET_ADDRESS_SIZE]; /* the hardware's own address */
    uint32_t mtu;                        /* bytes behind the header in a frame, without VLAN tag */
    bool address_can_change;
    bool tells_link;
};

static inline size_t net_frame_max(const struct net_device *device)
{
    return device->mtu + NET_HEADER_SIZE + NET_VLAN_SIZE;
}

static inline bool net_is_multicast(const uint8_t address[NET_ADDRESS_SIZE])
{
    return (address[0] & 1) != 0;
}

bool net_is_broadcast(const uint8_t address[NET_ADDRESS_SIZE]);

/* May it be an interface's own address: neither a group's nor all zeros? */
bool net_is_station(const uint8_t address[NET_ADDRESS_SIZE]);

/* Is a frame to `destination` wanted? */
bool net_filter_accepts(const struct net_filter *filter,
                        const uint8_t destination[NET_ADDRESS_SIZE]);
