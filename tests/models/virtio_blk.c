/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_blk.h"

#include <string.h>

static struct virtio_blk_model *model_of(struct virtio_model *virtio)
{
    return (struct virtio_blk_model *)((char *)virtio - offsetof(struct virtio_blk_model, virtio));
}

static bool transfer(struct virtio_blk_model *model, bool write, uint64_t offset, void *data,
                     uint64_t size)
{
    if (offset > model->size || size > model->size - offset)
        return false;
    uint64_t first = offset / VIRTIO_BLK_SECTOR_SIZE;
    uint64_t last = (offset + size - 1) / VIRTIO_BLK_SECTOR_SIZE;
    if (model->bad_count > 0 && first < model->bad_sector + model->bad_count &&
        last >= model->bad_sector)
        return false;
    if (write && first < model->write_protected_sectors)
        return false;
    if (model->transfer != NULL)
        return model->transfer(model->context, write, offset, data, size);
    if (write)
        memcpy(model->data + offset, data, size);
    else
        memcpy(data, model->data + offset, size);
    return true;
}

/* Reads or writes pieces 1 to count-2. `*ret_bytes` is what a used length counts. */
static uint8_t move_data(struct virtio_blk_model *model, const struct virtio_model_chain *chain,
                         bool write, uint64_t sector, uint32_t *ret_bytes)
{
    uint64_t offset = sector * VIRTIO_BLK_SECTOR_SIZE, total = 0;
    if (sector > UINT64_MAX / VIRTIO_BLK_SECTOR_SIZE)
        return VIRTIO_BLK_S_IOERR;
    for (unsigned i = 1; i + 1 < chain->count; i++) {
        if (chain->pieces[i].writable == write)
            return VIRTIO_BLK_S_IOERR;
        if (!transfer(model, write, offset + total, chain->pieces[i].data, chain->pieces[i].size))
            return VIRTIO_BLK_S_IOERR;
        total += chain->pieces[i].size;
    }
    if (total > model->largest)
        model->largest = total;
    if (chain->count - 2 > model->most_pieces)
        model->most_pieces = chain->count - 2;
    *ret_bytes = (uint32_t)total; /* for writes too, as Cloud Hypervisor counts */
    return total % VIRTIO_BLK_SECTOR_SIZE == 0 ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
}

/* Also WRITE_ZEROES. */
static uint8_t discard(struct virtio_blk_model *model, const struct virtio_model_chain *chain)
{
    struct virtio_blk_discard range;
    if (chain->count != 3 || chain->pieces[1].writable || chain->pieces[1].size != sizeof range)
        return VIRTIO_BLK_S_IOERR;
    memcpy(&range, chain->pieces[1].data, sizeof range);
    uint64_t sectors = model->size / VIRTIO_BLK_SECTOR_SIZE;
    if (range.flags != 0 || range.sector > sectors || range.num_sectors > sectors - range.sector)
        return VIRTIO_BLK_S_UNSUPP;
    if (model->data != NULL)
        memset(model->data + range.sector * VIRTIO_BLK_SECTOR_SIZE, 0,
               (size_t)range.num_sectors * VIRTIO_BLK_SECTOR_SIZE);
    return VIRTIO_BLK_S_OK;
}

static uint8_t execute(struct virtio_blk_model *model, const struct virtio_model_chain *chain,
                       uint32_t *ret_bytes)
{
    struct virtio_blk_req_header header;
    memcpy(&header, chain->pieces[0].data, sizeof header);
    if (model->fails != NULL && model->fails(model->context, header.type))
        return VIRTIO_BLK_S_IOERR;
    switch (header.type) {
    case VIRTIO_BLK_T_IN:
        model->reads++;
        return move_data(model, chain, false, header.sector, ret_bytes);
    case VIRTIO_BLK_T_OUT:
        model->writes++;
        return move_data(model, chain, true, header.sector, ret_bytes);
    case VIRTIO_BLK_T_FLUSH:
        model->flushes++;
        return chain->count == 2 && header.sector == 0 ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
    case VIRTIO_BLK_T_DISCARD:
        model->discards++;
        return discard(model, chain);
    case VIRTIO_BLK_T_WRITE_ZEROES:
        model->zeroes++;
        return discard(model, chain);
    case VIRTIO_BLK_T_GET_ID:
        model->ids++;
        if (chain->count != 3 || chain->pieces[1].size < sizeof model->id)
            return VIRTIO_BLK_S_IOERR;
        memcpy(chain->pieces[1].data, model->id, sizeof model->id);
        *ret_bytes = sizeof model->id;
        return VIRTIO_BLK_S_OK;
    default:
        return VIRTIO_BLK_S_UNSUPP;
    }
}

static void answer(struct virtio_blk_model *model, const struct virtio_model_chain *chain)
{
    uint32_t bytes = 0;
    bool parsed = chain->count >= 2 &&
                  chain->pieces[0].size == sizeof(struct virtio_blk_req_header) &&
                  !chain->pieces[0].writable && chain->pieces[chain->count - 1].writable &&
                  chain->pieces[chain->count - 1].size == 1;
    if (!parsed && model->virtio.lie == NULL)
        bus_forbidden(model->virtio.bus, "request without header or status");
    if (parsed && !model->parse_failure) {
        uint8_t result = execute(model, chain, &bytes);
        *chain->pieces[chain->count - 1].data =
            (uint8_t)virtio_model_lie(&model->virtio, LIE_RESULT, result);
        if (model->short_length)
            bytes /= 2;
    }
    if (model->hold && model->held_count < VIRTIO_BLK_MODEL_HELD) {
        model->held[model->held_count].head = chain->head;
        model->held[model->held_count++].length = bytes;
        if (model->held_count > model->most_in_flight)
            model->most_in_flight = model->held_count;
        return;
    }
    if (model->keeps == NULL || !model->keeps(model->context, chain->head, bytes))
        virtio_model_push(&model->virtio, 0, chain->head, bytes);
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_blk_model *model = model_of(virtio);
    struct virtio_model_chain chain;
    while (queue == 0 && virtio_model_pop(virtio, 0, &chain)) {
        if (!model->silent)
            answer(model, &chain);
    }
}

static void reset(struct virtio_model *virtio)
{
    model_of(virtio)->held_count = 0;
}

void virtio_blk_model_release(struct virtio_blk_model *model, bool reverse)
{
    unsigned count = model->held_count;
    model->held_count = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned n = reverse ? count - 1 - i : i;
        virtio_model_push(&model->virtio, 0, model->held[n].head, model->held[n].length);
    }
}

static struct virtio_blk_config *config_of(struct virtio_blk_model *model)
{
    return (struct virtio_blk_config *)model->virtio.config;
}

void virtio_blk_model_resize(struct virtio_blk_model *model, uint64_t size)
{
    uint64_t capacity = size / VIRTIO_BLK_SECTOR_SIZE;
    model->size = size;
    config_of(model)->capacity_low = (uint32_t)capacity;
    config_of(model)->capacity_high = (uint32_t)(capacity >> 32);
    model->virtio.generation++;
}

static bool is_field(unsigned offset, unsigned width)
{
    switch (offset) {
    case offsetof(struct virtio_blk_config, heads):
    case offsetof(struct virtio_blk_config, sectors):
    case offsetof(struct virtio_blk_config, physical_block_exp):
    case offsetof(struct virtio_blk_config, alignment_offset):
    case offsetof(struct virtio_blk_config, writeback):
    case offsetof(struct virtio_blk_config, write_zeroes_may_unmap):
        return width == 1;
    case offsetof(struct virtio_blk_config, cylinders):
    case offsetof(struct virtio_blk_config, min_io_size):
    case offsetof(struct virtio_blk_config, num_queues):
        return width == 2;
    default:
        return width == 4 && offset % 4 == 0;
    }
}

void virtio_blk_model_init(struct virtio_blk_model *model, struct bus *bus, uint32_t block_size,
                           uint64_t features, uint16_t queue_size)
{
    struct virtio_blk_config *config = config_of(model);
    virtio_model_init(&model->virtio, bus, &queue_size, 1);
    model->virtio.type = VIRTIO_TYPE_BLOCK;
    model->virtio.offered = features | VIRTIO_F_VERSION_1;
    model->virtio.notify = notify;
    model->virtio.reset = reset;
    model->virtio.is_field = is_field;
    model->virtio.config_size = sizeof *config;
    virtio_blk_model_resize(model, model->size);
    config->blk_size = block_size;
    config->seg_max = queue_size > 2 ? queue_size - 2u : 1;
    config->size_max = UINT32_MAX;
    config->physical_block_exp = 3;
    config->max_discard_sectors = 64;
    config->max_discard_seg = 1;
    config->discard_sector_alignment = block_size / VIRTIO_BLK_SECTOR_SIZE;
}

void virtio_blk_model_free(struct virtio_blk_model *model)
{
    virtio_model_free(&model->virtio);
}
