/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/time.h"
#include "drivers/virtio/net_private.h"
#include "lib/memory.h"

/* Commands to the device (virtio 1.2 §5.1.6.5): one at a time, waited for. */

#define TIMEOUT_MS 2000u

/* What the device has not touched is no success. */
#define UNTOUCHED 0xffu

static EFI_STATUS wait(struct virtio_net *net)
{
    struct deadline deadline = deadline_in_ms(TIMEOUT_MS);
    uint32_t length;
    while (virtqueue_take(net->control, &length) == NULL) {
        if (net->device->broken)
            return EFI_DEVICE_ERROR;
        if (deadline_passed(&deadline))
            return EFI_TIMEOUT;
    }
    return EFI_SUCCESS;
}

/* `pieces` are the command's data. */
static EFI_STATUS command(struct virtio_net *net, uint8_t class, uint8_t command,
                          const struct virtqueue_buffer *pieces, unsigned count)
{
    struct net_commands *commands = net->commands;
    struct virtqueue_buffer chain[4] = {{&commands->class, 2}};
    commands->class = class;
    commands->command = command;
    *(volatile uint8_t *)&commands->acknowledge = UNTOUCHED;
    for (unsigned i = 0; i < count; i++)
        chain[1 + i] = pieces[i];
    chain[1 + count] = (struct virtqueue_buffer){&commands->acknowledge, 1};
    EFI_STATUS status = virtqueue_add(net->control, chain, 1 + count, 1, net);
    if (!EFI_ERROR(status)) {
        virtqueue_kick(net->control);
        status = wait(net);
    }
    if (EFI_ERROR(status)) {
        virtio_net_kill(net);
        return log_failure(EFI_DEVICE_ERROR, "%s: no answer to command %u.%u", net->net.name, class,
                           command);
    }
    uint8_t answer = *(const volatile uint8_t *)&commands->acknowledge;
    if (answer != VIRTIO_NET_OK)
        return log_failure(EFI_DEVICE_ERROR, "%s: command %u.%u was refused", net->net.name, class,
                           command);
    return EFI_SUCCESS;
}

static EFI_STATUS set_mode(struct virtio_net *net, uint8_t mode, bool on)
{
    const struct virtqueue_buffer piece = {&net->commands->flag, 1};
    net->commands->flag = on;
    return command(net, VIRTIO_NET_CTRL_RX, mode, &piece, 1);
}

static EFI_STATUS set_list(struct virtio_net *net, const struct net_filter *filter)
{
    struct net_commands *commands = net->commands;
    bool wanted = (filter->accept & NET_MULTICAST) != 0;
    uint32_t count = wanted ? filter->multicast_count : 0;
    commands->unicast.entries = 0;
    commands->multicast.entries = count;
    memcpy(commands->multicast.addresses, filter->multicast, sizeof filter->multicast);
    const struct virtqueue_buffer pieces[] = {
        {&commands->unicast, sizeof commands->unicast.entries},
        {&commands->multicast, (uint32_t)sizeof count + count * NET_ADDRESS_SIZE},
    };
    return command(net, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, pieces,
                   ARRAY_SIZE(pieces));
}

EFI_STATUS virtio_net_set_filter(struct net_device *device, const struct net_filter *filter)
{
    struct virtio_net *net = virtio_net_of(device);
    if (!net->open || net->dead)
        return EFI_DEVICE_ERROR;
    if (!virtio_has(net->device, VIRTIO_NET_F_CTRL_RX))
        return EFI_SUCCESS; /* it delivers everything */
    EFI_STATUS status =
        set_mode(net, VIRTIO_NET_CTRL_RX_PROMISC, (filter->accept & NET_PROMISCUOUS) != 0);
    if (!EFI_ERROR(status))
        status = set_mode(net, VIRTIO_NET_CTRL_RX_ALLMULTI,
                          (filter->accept & NET_PROMISCUOUS_MULTICAST) != 0);
    return EFI_ERROR(status) ? status : set_list(net, filter);
}

EFI_STATUS virtio_net_set_address(struct net_device *device,
                                  const uint8_t address[NET_ADDRESS_SIZE])
{
    struct virtio_net *net = virtio_net_of(device);
    if (!net->open || net->dead)
        return EFI_DEVICE_ERROR;
    if (virtio_has(net->device, VIRTIO_NET_F_CTRL_MAC_ADDR)) {
        const struct virtqueue_buffer piece = {net->commands->address, NET_ADDRESS_SIZE};
        memcpy(net->commands->address, address, NET_ADDRESS_SIZE);
        return command(net, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, &piece, 1);
    }
    if (!net->device->transport->legacy)
        return EFI_UNSUPPORTED;
    for (unsigned i = 0; i < NET_ADDRESS_SIZE; i++)
        net->device->transport->write_config_byte(net->device, i, address[i]);
    return EFI_SUCCESS;
}
