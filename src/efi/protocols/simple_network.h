/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/net.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/simple_network.h"
#include "lib/macros.h"

/* EFI_SIMPLE_NETWORK_PROTOCOL (UEFI 2.10 §24.1) over a network device. */

/* Installs the protocol and `path`, which must live as long, on *handle (a new one when it is
 * NULL). `device` lives until network_uninstall(); it is opened while somebody has initialized the
 * protocol. */
struct network;
EFI_STATUS network_install(EFI_HANDLE *handle, struct net_device *device,
                           EFI_DEVICE_PATH_PROTOCOL *path, struct network **ret) MUST_CHECK;

/* EFI_ACCESS_DENIED, and all is as before, when somebody holds on to the protocol; else the device
 * is closed. */
EFI_STATUS network_uninstall(EFI_HANDLE handle, struct network *network,
                             EFI_DEVICE_PATH_PROTOCOL *path) MUST_CHECK;

/* The rest is for the protocol's own files. */

/* Buffers that were given to Transmit() and not yet back by GetStatus(). */
#define NETWORK_TRANSMIT_MAX 64u

struct network {
    EFI_SIMPLE_NETWORK_PROTOCOL protocol;
    EFI_SIMPLE_NETWORK_MODE mode;
    EFI_NETWORK_STATISTICS statistics;
    struct net_device *device;
    struct net_filter filter; /* what the mode says, as the device takes it */
    uint32_t interrupts; /* EFI_SIMPLE_NETWORK_…_INTERRUPT since GetStatus() last told them */
    uint64_t link_seen;  /* TSC, when the link was last looked at */

    uint8_t *frame;    /* a copy of a received frame that nobody has fetched yet */
    size_t frame_size; /* 0: none */

    void *sent[NETWORK_TRANSMIT_MAX]; /* a ring of buffers that can be given back */
    unsigned sent_first, sent_count;
    unsigned in_flight; /* with the device */
};

static inline struct network *network_of(EFI_SIMPLE_NETWORK_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct network, protocol);
}

/* EFI_NOT_STARTED, or EFI_DEVICE_ERROR when it is not initialized either. */
EFI_STATUS network_check(const struct network *network) MUST_CHECK;

/* Clears the counters; those that nobody counts become all ones. */
void network_reset_statistics(struct network *network);

/* Gives filter and station address to the device, which has just been opened. */
EFI_STATUS network_apply_settings(struct network *network) MUST_CHECK;

/* Is there a frame to fetch? Else EFI_NOT_READY, or EFI_DEVICE_ERROR from a dead device. */
EFI_STATUS network_look_for_frame(struct network *network) MUST_CHECK;

/* Brings MediaPresent up to date. */
void network_look_at_link(struct network *network);

/* The functions about frames and those about settings, which take `This` as the protocol has it. */
void network_frames_fill(EFI_SIMPLE_NETWORK_PROTOCOL *protocol);
void network_settings_fill(EFI_SIMPLE_NETWORK_PROTOCOL *protocol);
