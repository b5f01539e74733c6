/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_console.h"

#include <string.h>

static void take_output(struct virtio_console_model *model)
{
    struct virtio_model_chain chain;
    while (!model->not_reading &&
           virtio_model_pop(&model->virtio, VIRTIO_CONSOLE_TRANSMIT, &chain)) {
        for (unsigned i = 0; i < chain.count; i++) {
            size_t room = sizeof model->output - model->output_length;
            size_t size = chain.pieces[i].size < room ? chain.pieces[i].size : room;
            if (chain.pieces[i].writable)
                bus_forbidden(model->virtio.bus, "writable output");
            memcpy(model->output + model->output_length, chain.pieces[i].data, size);
            model->output_length += size;
        }
        virtio_model_push(&model->virtio, VIRTIO_CONSOLE_TRANSMIT, chain.head, 0);
    }
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    if (queue == VIRTIO_CONSOLE_TRANSMIT)
        take_output((struct virtio_console_model *)((char *)virtio -
                                                    offsetof(struct virtio_console_model, virtio)));
}

void virtio_console_model_drain(struct virtio_console_model *model)
{
    model->not_reading = false;
    take_output(model);
}

size_t virtio_console_model_type(struct virtio_console_model *model, const char *text, size_t size)
{
    struct virtio_model_chain chain;
    size_t done = 0;
    do {
        if (!virtio_model_pop(&model->virtio, VIRTIO_CONSOLE_RECEIVE, &chain))
            break;
        size_t part = size - done;
        if (part > chain.pieces[0].size)
            part = chain.pieces[0].size;
        memcpy(chain.pieces[0].data, text + done, part);
        done += part;
        virtio_model_push(&model->virtio, VIRTIO_CONSOLE_RECEIVE, chain.head, (uint32_t)part);
    } while (done < size);
    return done;
}

void virtio_console_model_init(struct virtio_console_model *model, struct bus *bus,
                               uint64_t features)
{
    static const uint16_t sizes[] = {256, 256};
    struct virtio_console_config *config = (struct virtio_console_config *)model->virtio.config;
    virtio_model_init(&model->virtio, bus, sizes, 2);
    model->virtio.type = VIRTIO_TYPE_CONSOLE;
    model->virtio.offered = VIRTIO_F_VERSION_1 | features;
    model->virtio.notify = notify;
    model->virtio.config_size = sizeof *config;
    config->cols = 132;
    config->rows = 43;
}
