/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_rng.h"

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_rng_model *model =
        (struct virtio_rng_model *)((char *)virtio - offsetof(struct virtio_rng_model, virtio));
    struct virtio_model_chain chain;
    while (virtio_model_pop(virtio, queue, &chain)) {
        uint32_t length = 0;
        model->requests++;
        if (model->silent)
            continue;
        for (unsigned i = 0; i < chain.count && !model->empty; i++) {
            for (uint32_t n = 0; n < chain.pieces[i].size && chain.pieces[i].writable &&
                                 (model->most == 0 || length < model->most);
                 n++, length++)
                chain.pieces[i].data[n] = ++model->next;
        }
        virtio_model_push(virtio, queue, chain.head, length);
    }
}

void virtio_rng_model_init(struct virtio_rng_model *model, struct bus *bus, uint16_t queue_size)
{
    virtio_model_init(&model->virtio, bus, &queue_size, 1);
    model->virtio.type = VIRTIO_TYPE_RNG;
    model->virtio.offered = VIRTIO_F_VERSION_1;
    model->virtio.notify = notify;
}
