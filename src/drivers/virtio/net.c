/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/virtio/net.h"

#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/pci/pci.h"
#include "drivers/virtio/net_private.h"
#include "drivers/virtio/pci_transport.h"
#include "efi/types.h"
#include "lib/crc32.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Starting, opening and stopping. */

#define MTU_DEFAULT 1500u
#define SLOT_BYTES  (256u << 10) /* about as many for receiving, half of it for sending */
#define SLOTS_MIN   4u
#define MTU_MIN     68u /* what IP cannot do without */

/* Descriptors: two for each frame, since legacy devices want the header alone (§5.1.6.2). */
#define QUEUE_MIN          2
#define RECEIVE_QUEUE_MAX  (2 * NET_RECEIVE_SLOTS)
#define TRANSMIT_QUEUE_MAX (2 * NET_TRANSMIT_SLOTS)
#define CONTROL_QUEUE_MIN  4
#define CONTROL_QUEUE_MAX  4

/* The control queue only where a command of ours goes through it: Cloud Hypervisor's has none, and
 * would never forget that it was acknowledged. */
static uint64_t choose_features(uint64_t offered)
{
    uint64_t wanted = VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_MTU;
    uint64_t commands = offered & (VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_MAC_ADDR);
    if ((offered & VIRTIO_NET_F_CTRL_VQ) != 0 && commands != 0)
        wanted |= VIRTIO_NET_F_CTRL_VQ | commands;
    return wanted;
}

/* A device without an address gets one that is locally administered (§5.1.5), and another one at
 * each start. */
static void invent_address(struct virtio_net *net)
{
    uint64_t ticks = time_now_ticks();
    uint32_t number = crc32(&ticks, sizeof ticks);
    net->net.permanent[0] = 0x02;
    net->net.permanent[1] = (uint8_t)ticks;
    memcpy(&net->net.permanent[2], &number, sizeof number);
}

static EFI_STATUS read_address(struct virtio_net *net)
{
    static const struct virtio_config_field fields[NET_ADDRESS_SIZE] = {{0, 1}, {1, 1}, {2, 1},
                                                                        {3, 1}, {4, 1}, {5, 1}};
    uint32_t bytes[NET_ADDRESS_SIZE];
    EFI_STATUS status = virtio_read_config(net->device, fields, ARRAY_SIZE(fields), bytes);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0; i < NET_ADDRESS_SIZE; i++)
        net->net.permanent[i] = (uint8_t)bytes[i];
    return EFI_SUCCESS;
}

static EFI_STATUS read_mtu(struct virtio_net *net)
{
    static const struct virtio_config_field field = {offsetof(struct virtio_net_config, mtu), 2};
    uint32_t mtu;
    EFI_STATUS status = virtio_read_config(net->device, &field, 1, &mtu);
    if (EFI_ERROR(status))
        return status;
    if (mtu < MTU_MIN)
        return log_failure(EFI_UNSUPPORTED, "%s: frames of %u bytes", net->net.name, mtu);
    net->net.mtu = (uint16_t)mtu;
    return EFI_SUCCESS;
}

/* What the device is; it is negotiated. */
static EFI_STATUS read_configuration(struct virtio_net *net)
{
    struct virtio_device *device = net->device;
    EFI_STATUS status = EFI_SUCCESS;
    net->features = device->features;
    net->net.mtu = MTU_DEFAULT;
    if (virtio_has(device, VIRTIO_NET_F_MTU))
        status = read_mtu(net);
    if (!EFI_ERROR(status) && virtio_has(device, VIRTIO_NET_F_MAC))
        status = read_address(net);
    if (EFI_ERROR(status))
        return status;
    if (!net_is_station(net->net.permanent))
        invent_address(net);
    net->net.tells_link = virtio_has(device, VIRTIO_NET_F_STATUS);
    net->net.address_can_change =
        device->transport->legacy || virtio_has(device, VIRTIO_NET_F_CTRL_MAC_ADDR);
    net->header_size = device->transport->legacy ? VIRTIO_NET_LEGACY_HDR_SIZE
                                                 : (uint32_t)sizeof(struct virtio_net_hdr);
    net->slot_size = (uint32_t)ALIGN_UP(net->header_size + net_frame_max(&net->net), 64);
    unsigned slots = MAX(SLOTS_MIN, SLOT_BYTES / net->slot_size);
    net->receive_slots = MIN(slots, NET_RECEIVE_SLOTS);
    net->transmit_slots = MIN(MAX(SLOTS_MIN, slots / 2), NET_TRANSMIT_SLOTS);
    return EFI_SUCCESS;
}

static size_t memory_size(const struct virtio_net *net)
{
    return (size_t)(net->receive_slots + net->transmit_slots) * net->slot_size;
}

static EFI_STATUS make_slots(struct virtio_net *net)
{
    const unsigned count = net->receive_slots + net->transmit_slots;
    net->slots = pool_alloc_zeroed(count * sizeof *net->slots);
    net->memory = pool_alloc_pages(memory_size(net));
    net->commands = pool_alloc_pages(sizeof *net->commands);
    if (net->slots == NULL || net->memory == NULL || net->commands == NULL)
        return EFI_OUT_OF_RESOURCES;
    memset(net->memory, 0, memory_size(net));
    memset(net->commands, 0, sizeof *net->commands);
    net->free_transmit = NULL;
    for (unsigned i = 0; i < count; i++) {
        struct net_slot *slot = &net->slots[i];
        slot->memory = net->memory + (size_t)i * net->slot_size;
        if (i < net->receive_slots)
            continue;
        slot->next_free = net->free_transmit;
        net->free_transmit = slot;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS make_queues(struct virtio_net *net)
{
    struct virtio_device *device = net->device;
    EFI_STATUS status =
        virtqueue_create(device, VIRTIO_NET_RECEIVE, QUEUE_MIN, RECEIVE_QUEUE_MAX, &net->receive);
    if (!EFI_ERROR(status))
        status = virtqueue_create(device, VIRTIO_NET_TRANSMIT, QUEUE_MIN, TRANSMIT_QUEUE_MAX,
                                  &net->transmit);
    if (!EFI_ERROR(status) && virtio_has(device, VIRTIO_NET_F_CTRL_VQ))
        status = virtqueue_create(device, VIRTIO_NET_CONTROL, CONTROL_QUEUE_MIN, CONTROL_QUEUE_MAX,
                                  &net->control);
    return status;
}

/* The device has been reset, or it keeps what it might still write to. */
static void free_queues(struct virtio_net *net)
{
    if (!net->stuck) {
        virtqueue_destroy(net->receive);
        virtqueue_destroy(net->transmit);
        virtqueue_destroy(net->control);
        if (net->memory != NULL)
            pool_free_pages(net->memory, memory_size(net));
        if (net->commands != NULL)
            pool_free_pages(net->commands, sizeof *net->commands);
        pool_free(net->slots);
    }
    net->receive = net->transmit = net->control = NULL;
    net->memory = NULL;
    net->commands = NULL;
    net->slots = NULL;
}

void virtio_net_kill(struct virtio_net *net)
{
    if (net->dead)
        return;
    net->dead = true;
    if (EFI_ERROR(virtio_reset(net->device))) {
        net->stuck = true;
        net->device->transport->quiesce(net->device);
    }
}

static void net_close(struct net_device *device)
{
    struct virtio_net *net = virtio_net_of(device);
    if (!net->open)
        return;
    virtio_net_kill(net);
    free_queues(net);
    net->open = false;
}

static EFI_STATUS net_open(struct net_device *device)
{
    struct virtio_net *net = virtio_net_of(device);
    if (net->open)
        return EFI_ALREADY_STARTED;
    if (net->stuck)
        return EFI_DEVICE_ERROR;
    net->open = true;
    net->dead = false;
    EFI_STATUS status = virtio_negotiate_by(net->device, choose_features);
    if (!EFI_ERROR(status) && net->device->features != net->features)
        status = log_failure(EFI_DEVICE_ERROR, "%s: its features have changed", device->name);
    if (!EFI_ERROR(status))
        status = make_queues(net);
    if (!EFI_ERROR(status))
        status = make_slots(net);
    if (!EFI_ERROR(status)) {
        virtio_driver_ok(net->device);
        status = virtio_net_post_all(net);
    }
    if (EFI_ERROR(status))
        net_close(device);
    return status;
}

static bool link_is_up(struct net_device *device)
{
    static const struct virtio_config_field field = {offsetof(struct virtio_net_config, status), 2};
    struct virtio_net *net = virtio_net_of(device);
    if (!net->open || net->dead)
        return false;
    if (!device->tells_link)
        return true;
    uint32_t link = net->device->transport->read_config(net->device, field.offset, field.width);
    return (link & VIRTIO_NET_S_LINK_UP) != 0;
}

static const struct net_operations operations = {
    .open = net_open,
    .close = net_close,
    .set_filter = virtio_net_set_filter,
    .set_address = virtio_net_set_address,
    .transmit = virtio_net_transmit,
    .transmitted = virtio_net_transmitted,
    .receive = virtio_net_receive,
    .link_is_up = link_is_up,
};

EFI_STATUS virtio_net_start(struct virtio_device *device, struct device_instance **ret)
{
    struct virtio_net *net = pool_alloc_zeroed(sizeof *net);
    if (net == NULL) {
        device->transport->close(device);
        return EFI_OUT_OF_RESOURCES;
    }
    net->device = device;
    net->net.operations = &operations;
    format_text(net->net.name, sizeof net->net.name, "virtio-net %s", device->name);
    EFI_STATUS status = virtio_negotiate_by(device, choose_features);
    if (!EFI_ERROR(status))
        status = read_configuration(net);
    EFI_STATUS reset = virtio_reset(device); /* it waits so for open() */
    if (EFI_ERROR(status) || EFI_ERROR(reset)) {
        pool_free(net);
        device->transport->close(device);
        return EFI_ERROR(status) ? status : reset;
    }
    list_init(&net->instance.interfaces);
    net->interface.class = DEVICE_NETWORK;
    net->interface.unit.kind = UNIT_NETWORK;
    memcpy(net->interface.unit.network.address, net->net.permanent, NET_ADDRESS_SIZE);
    net->interface.network = &net->net;
    list_append(&net->instance.interfaces, &net->interface.link);
    *ret = &net->instance;
    return EFI_SUCCESS;
}

void virtio_net_stop(struct device_instance *instance)
{
    struct virtio_net *net = CONTAINER_OF(instance, struct virtio_net, instance);
    struct virtio_device *device = net->device;
    net_close(&net->net);
    pool_free(net);
    device->transport->close(device);
}

void virtio_net_quiesce(struct device_instance *instance)
{
    struct virtio_net *net = CONTAINER_OF(instance, struct virtio_net, instance);
    if (net->open)
        virtio_net_kill(net);
    net->device->transport->quiesce(net->device);
}

static bool match(const struct pci_function *function)
{
    return virtio_pci_match(function, VIRTIO_TYPE_NET);
}

static EFI_STATUS start(struct pci_function *function, struct device_instance **ret)
{
    return virtio_pci_start(function, virtio_net_start, ret);
}

TABLE_ENTRY(struct pci_driver, pci_drivers, virtio_net) = {
    .name = "virtio-net",
    .class = DEVICE_NETWORK,
    .match = match,
    .start = start,
    .stop = virtio_net_stop,
    .quiesce = virtio_net_quiesce,
};

TABLE_ENTRY(struct virtio_driver, virtio_drivers, virtio_net_any) = {
    .name = "virtio-net",
    .class = DEVICE_NETWORK,
    .type = VIRTIO_TYPE_NET,
    .start = virtio_net_start,
    .stop = virtio_net_stop,
    .quiesce = virtio_net_quiesce,
};
