/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/net_private.h"
#include "lib/assert.h"
#include "lib/memory.h"

/* Frames in and out (virtio 1.2 §5.1.6). */

/* The device may not have noticed what was posted last; it always knows of half of the buffers, so
 * that not every frame costs a doorbell. */
static void tell_of_buffers(struct virtio_net *net)
{
    if (net->receive->in_flight - net->untold > net->receive_count / 2)
        return;
    virtqueue_kick(net->receive);
    net->untold = 0;
}

static EFI_STATUS post(struct virtio_net *net, struct net_slot *slot)
{
    const struct virtqueue_buffer pieces[] = {
        {slot->memory, net->header_size},
        {slot->memory + net->header_size, (uint32_t)net_frame_max(&net->net)},
    };
    EFI_STATUS status = virtqueue_add(net->receive, pieces, 0, ARRAY_SIZE(pieces), slot);
    if (!EFI_ERROR(status))
        net->untold++;
    return status;
}

/* As many as the queue takes. */
EFI_STATUS virtio_net_post_all(struct virtio_net *net)
{
    EFI_STATUS status = EFI_SUCCESS;
    net->receive_count = 0;
    net->untold = 0;
    while (net->receive_count < net->receive_slots && !EFI_ERROR(status)) {
        status = post(net, &net->slots[net->receive_count]);
        if (!EFI_ERROR(status))
            net->receive_count++;
    }
    tell_of_buffers(net);
    return status == EFI_DEVICE_ERROR ? status : EFI_SUCCESS;
}

static bool is_usable(struct virtio_net *net)
{
    if (!net->open || net->dead)
        return false;
    if (!net->device->broken)
        return true;
    virtio_net_kill(net);
    return false;
}

EFI_STATUS virtio_net_receive(struct net_device *device, void *buffer, size_t *ret_size)
{
    struct virtio_net *net = virtio_net_of(device);
    if (!is_usable(net))
        return EFI_DEVICE_ERROR;
    /* A device that keeps giving back buffers without a frame does not hold us here. */
    for (unsigned turn = 0; turn < net->receive_slots; turn++) {
        uint32_t length;
        struct net_slot *slot = virtqueue_take(net->receive, &length);
        if (slot == NULL)
            break;
        bool good = length >= net->header_size + NET_HEADER_SIZE;
        if (good) {
            *ret_size = length - net->header_size;
            memcpy(buffer, slot->memory + net->header_size, *ret_size);
        }
        EFI_STATUS status = post(net, slot);
        tell_of_buffers(net);
        if (EFI_ERROR(status))
            break;
        if (good)
            return EFI_SUCCESS;
    }
    return is_usable(net) ? EFI_NOT_READY : EFI_DEVICE_ERROR;
}

EFI_STATUS virtio_net_transmit(struct net_device *device, const void *frame, size_t size,
                               void *token)
{
    struct virtio_net *net = virtio_net_of(device);
    ASSERT(size >= NET_HEADER_SIZE && size <= net_frame_max(device) && token != NULL);
    if (!is_usable(net))
        return EFI_DEVICE_ERROR;
    struct net_slot *slot = net->free_transmit;
    if (slot == NULL)
        return EFI_NOT_READY;
    memset(slot->memory, 0, net->header_size);
    memcpy(slot->memory + net->header_size, frame, size);
    const struct virtqueue_buffer pieces[] = {
        {slot->memory, net->header_size},
        {slot->memory + net->header_size, (uint32_t)size},
    };
    EFI_STATUS status = virtqueue_add(net->transmit, pieces, ARRAY_SIZE(pieces), 0, slot);
    if (EFI_ERROR(status))
        return status;
    net->free_transmit = slot->next_free;
    slot->token = token;
    virtqueue_kick(net->transmit);
    return EFI_SUCCESS;
}

void *virtio_net_transmitted(struct net_device *device)
{
    struct virtio_net *net = virtio_net_of(device);
    if (!is_usable(net))
        return NULL;
    uint32_t length;
    struct net_slot *slot = virtqueue_take(net->transmit, &length);
    if (slot == NULL) {
        (void)is_usable(net);
        return NULL;
    }
    slot->next_free = net->free_transmit;
    net->free_transmit = slot;
    return slot->token;
}
