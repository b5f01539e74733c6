/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_pmem.h"

#include <string.h>

#define QUEUE_SIZE 256

/* Answers (virtio 1.3 §5.19.6) */
#define OK  0u
#define EIO 1u

static struct virtio_pmem_model *model_of(struct virtio_model *virtio)
{
    return (struct virtio_pmem_model *)((char *)virtio -
                                        offsetof(struct virtio_pmem_model, virtio));
}

static uint32_t execute(struct virtio_pmem_model *model, uint32_t request)
{
    if (request != VIRTIO_PMEM_REQ_TYPE_FLUSH)
        return EIO;
    model->flushes++;
    return model->flush == NULL || model->flush(model->context) ? OK : EIO;
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_model_chain chain;
    while (virtio_model_pop(virtio, queue, &chain)) {
        uint32_t request, answer;
        if (model_of(virtio)->silent)
            continue;
        if (chain.count != 2 || chain.pieces[0].size != sizeof request ||
            !chain.pieces[1].writable || chain.pieces[1].size < sizeof answer) {
            bus_forbidden(virtio->bus, "pmem request of %u pieces", chain.count);
            virtio_model_push(virtio, queue, chain.head, 0);
            continue;
        }
        memcpy(&request, chain.pieces[0].data, sizeof request);
        answer = (uint32_t)virtio_model_lie(virtio, LIE_RESULT, execute(model_of(virtio), request));
        memcpy(chain.pieces[1].data, &answer, sizeof answer);
        virtio_model_push(virtio, queue, chain.head, sizeof answer);
    }
}

void virtio_pmem_model_init(struct virtio_pmem_model *model, struct bus *bus, uint64_t start,
                            uint64_t size)
{
    const uint16_t queue_size = QUEUE_SIZE;
    virtio_model_init(&model->virtio, bus, &queue_size, 1);
    model->virtio.type = VIRTIO_TYPE_PMEM;
    model->virtio.offered = VIRTIO_F_VERSION_1;
    model->virtio.notify = notify;
    model->virtio.config_size = 2 * sizeof start;
    memcpy(model->virtio.config, &start, sizeof start);
    memcpy(model->virtio.config + sizeof start, &size, sizeof size);
}
