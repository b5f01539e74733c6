/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_fs.h"

#include <stdlib.h>
#include <string.h>

static uint32_t size_of(const struct virtio_model_chain *chain, bool writable)
{
    uint32_t size = 0;
    for (unsigned i = 0; i < chain->count; i++)
        if (chain->pieces[i].writable == writable)
            size += chain->pieces[i].size;
    return size;
}

/* Between the chain's pieces and one buffer. */
static void copy(const struct virtio_model_chain *chain, bool writable, uint8_t *buffer,
                 uint32_t size)
{
    for (unsigned i = 0; i < chain->count && size > 0; i++) {
        if (chain->pieces[i].writable != writable)
            continue;
        uint32_t part = chain->pieces[i].size < size ? chain->pieces[i].size : size;
        memcpy(writable ? chain->pieces[i].data : buffer, writable ? buffer : chain->pieces[i].data,
               part);
        buffer += part;
        size -= part;
    }
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_fs_model *model =
        (struct virtio_fs_model *)((char *)virtio - offsetof(struct virtio_fs_model, virtio));
    struct virtio_model_chain chain;
    while (virtio_model_pop(virtio, queue, &chain)) {
        uint32_t out = size_of(&chain, false), in = size_of(&chain, true);
        uint8_t *request = malloc(out + 1u), *reply = calloc(1, in + 1u);
        if (request == NULL || reply == NULL)
            abort();
        copy(&chain, false, request, out);
        uint32_t length = fuse_server_answer(&model->server, request, out, reply, in);
        copy(&chain, true, reply, length);
        free(request);
        free(reply);
        if (!model->silent)
            virtio_model_push(virtio, queue, chain.head, length);
    }
}

void virtio_fs_model_init(struct virtio_fs_model *model, struct bus *bus)
{
    static const uint16_t sizes[] = {128, 128};
    struct virtio_fs_config *config = (struct virtio_fs_config *)model->virtio.config;
    virtio_model_init(&model->virtio, bus, sizes, 2);
    model->virtio.type = VIRTIO_TYPE_FS;
    model->virtio.offered = VIRTIO_F_VERSION_1;
    model->virtio.notify = notify;
    model->virtio.config_size = sizeof *config;
    memcpy(config->tag, "shared", 6);
    config->num_request_queues = 1;
}
