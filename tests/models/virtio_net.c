/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_net.h"

#include <string.h>

static struct virtio_net_model *net_of(struct virtio_model *virtio)
{
    return (struct virtio_net_model *)((char *)virtio - offsetof(struct virtio_net_model, virtio));
}

static uint32_t header_size(const struct virtio_net_model *model)
{
    return model->virtio.legacy ? VIRTIO_NET_LEGACY_HDR_SIZE : sizeof(struct virtio_net_hdr);
}

bool virtio_net_model_deliver(struct virtio_net_model *model, const void *frame, size_t size)
{
    struct virtio_model_chain chain;
    uint32_t header = header_size(model);
    if (!virtio_model_pop(&model->virtio, VIRTIO_NET_RECEIVE, &chain))
        return false;
    if (chain.count != 2 || chain.pieces[0].size != header || !chain.pieces[0].writable) {
        bus_forbidden(model->virtio.bus, "receive buffer of %u pieces", chain.count);
        return false;
    }
    bool fits = size <= chain.pieces[1].size;
    memset(chain.pieces[0].data, 0, header);
    if (header == sizeof(struct virtio_net_hdr))
        chain.pieces[0].data[offsetof(struct virtio_net_hdr, num_buffers)] = 1;
    if (fits)
        memcpy(chain.pieces[1].data, frame, size);
    virtio_model_push(&model->virtio, VIRTIO_NET_RECEIVE, chain.head,
                      fits ? header + (uint32_t)size : 0);
    return fits;
}

static void take_frames(struct virtio_net_model *model)
{
    struct virtio_model_chain chain;
    while (!model->holds && virtio_model_pop(&model->virtio, VIRTIO_NET_TRANSMIT, &chain)) {
        if (chain.count != 2 || chain.pieces[0].size != header_size(model) ||
            chain.pieces[1].writable || chain.pieces[1].size > sizeof model->frame) {
            bus_forbidden(model->virtio.bus, "frame of %u pieces", chain.count);
            return;
        }
        for (unsigned i = 0; i < chain.pieces[0].size; i++)
            if (chain.pieces[0].data[i] != 0)
                bus_forbidden(model->virtio.bus, "offload without the feature");
        model->frame_size = chain.pieces[1].size;
        memcpy(model->frame, chain.pieces[1].data, model->frame_size);
        model->sent++;
        if (model->send != NULL)
            model->send(model, model->frame, model->frame_size);
        virtio_model_push(&model->virtio, VIRTIO_NET_TRANSMIT, chain.head, 0);
        if (model->echoes)
            (void)virtio_net_model_deliver(model, model->frame, model->frame_size);
    }
}

void virtio_net_model_release(struct virtio_net_model *model)
{
    model->holds = false;
    take_frames(model);
}

static uint8_t set_table(struct virtio_net_model *model, const struct virtio_model_chain *chain)
{
    uint32_t count;
    if (chain->count != 4 || chain->pieces[1].size != 4 || chain->pieces[2].size < 4)
        return VIRTIO_NET_ERR;
    memcpy(&count, chain->pieces[2].data, sizeof count);
    if (count > NET_MULTICAST_MAX || chain->pieces[2].size != 4 + count * NET_ADDRESS_SIZE)
        return VIRTIO_NET_ERR;
    model->multicast_count = count;
    memcpy(model->multicast, chain->pieces[2].data + 4, count * NET_ADDRESS_SIZE);
    return VIRTIO_NET_OK;
}

static uint8_t obey(struct virtio_net_model *model, const struct virtio_model_chain *chain)
{
    const uint8_t *command = chain->pieces[0].data, *data = chain->pieces[1].data;
    switch (command[0] << 8 | command[1]) {
    case VIRTIO_NET_CTRL_RX << 8 | VIRTIO_NET_CTRL_RX_PROMISC:
        model->promiscuous = data[0];
        return VIRTIO_NET_OK;
    case VIRTIO_NET_CTRL_RX << 8 | VIRTIO_NET_CTRL_RX_ALLMULTI:
        model->all_multicast = data[0];
        return VIRTIO_NET_OK;
    case VIRTIO_NET_CTRL_MAC << 8 | VIRTIO_NET_CTRL_MAC_TABLE_SET:
        return set_table(model, chain);
    case VIRTIO_NET_CTRL_MAC << 8 | VIRTIO_NET_CTRL_MAC_ADDR_SET:
        if (chain->pieces[1].size != NET_ADDRESS_SIZE)
            return VIRTIO_NET_ERR;
        memcpy(model->virtio.config, data, NET_ADDRESS_SIZE);
        return VIRTIO_NET_OK;
    default:
        return VIRTIO_NET_ERR;
    }
}

static void take_commands(struct virtio_net_model *model)
{
    struct virtio_model_chain chain;
    while (virtio_model_pop(&model->virtio, VIRTIO_NET_CONTROL, &chain)) {
        if (model->mute)
            continue;
        if (chain.count < 3 || chain.pieces[0].size != 2 ||
            !chain.pieces[chain.count - 1].writable) {
            bus_forbidden(model->virtio.bus, "command of %u pieces", chain.count);
            return;
        }
        model->commands++;
        uint8_t answer = obey(model, &chain);
        if (model->acknowledge != VIRTIO_NET_OK)
            answer = model->acknowledge;
        *chain.pieces[chain.count - 1].data =
            (uint8_t)virtio_model_lie(&model->virtio, LIE_RESULT, answer);
        virtio_model_push(&model->virtio, VIRTIO_NET_CONTROL, chain.head, 1);
    }
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    if (queue == VIRTIO_NET_TRANSMIT)
        take_frames(net_of(virtio));
    else if (queue == VIRTIO_NET_CONTROL)
        take_commands(net_of(virtio));
}

static void write_config(struct virtio_model *virtio, unsigned offset, unsigned width,
                         uint32_t value)
{
    if (!virtio->legacy || offset >= NET_ADDRESS_SIZE || width != 1)
        bus_forbidden(virtio->bus, "%u bytes written to configuration at %u", width, offset);
    else
        virtio->config[offset] = (uint8_t)value;
}

struct virtio_net_config *virtio_net_model_config(struct virtio_net_model *model)
{
    return (struct virtio_net_config *)model->virtio.config;
}

void virtio_net_model_init(struct virtio_net_model *model, struct bus *bus, uint64_t features,
                           uint16_t queue_size)
{
    const uint16_t sizes[] = {queue_size, queue_size, 64};
    static const struct virtio_net_config config = {
        .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56}, .status = VIRTIO_NET_S_LINK_UP, .mtu = 1500};
    virtio_model_init(&model->virtio, bus, sizes, 3);
    model->virtio.type = VIRTIO_TYPE_NET;
    model->virtio.offered = VIRTIO_F_VERSION_1 | features;
    model->virtio.notify = notify;
    model->virtio.write_config = write_config;
    model->virtio.config_size = sizeof config;
    memcpy(model->virtio.config, &config, sizeof config);
}
