/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/virtio_iommu.h"

#include <string.h>

static struct virtio_iommu_model *of(struct virtio_model *virtio)
{
    return (struct virtio_iommu_model *)((char *)virtio -
                                         offsetof(struct virtio_iommu_model, virtio));
}

struct virtio_iommu_config *virtio_iommu_model_config(struct virtio_iommu_model *model)
{
    return (struct virtio_iommu_config *)model->virtio.config;
}

static bool has(const struct virtio_iommu_model *model, uint64_t feature)
{
    return (model->virtio.acknowledged & feature) != 0;
}

static bool has_domain(const struct virtio_iommu_model *model, uint32_t domain)
{
    for (unsigned i = 0; i < model->attached_count; i++) {
        if (model->attached[i].domain == domain)
            return true;
    }
    return false;
}

/* A domain without endpoints is none, and has no mappings. */
static uint8_t detach(struct virtio_iommu_model *model, uint32_t domain, uint32_t endpoint)
{
    for (unsigned i = 0; i < model->attached_count; i++) {
        if (model->attached[i].endpoint != endpoint || model->attached[i].domain != domain)
            continue;
        model->attached[i] = model->attached[--model->attached_count];
        for (unsigned m = 0; m < model->mapped_count && !has_domain(model, domain);) {
            if (model->mapped[m].domain == domain)
                model->mapped[m] = model->mapped[--model->mapped_count];
            else
                m++;
        }
        return VIRTIO_IOMMU_S_OK;
    }
    return VIRTIO_IOMMU_S_INVAL;
}

static bool is_domain(struct virtio_iommu_model *model, uint32_t domain)
{
    const struct virtio_iommu_config *config = virtio_iommu_model_config(model);
    return !has(model, VIRTIO_IOMMU_F_DOMAIN_RANGE) ||
           (domain >= config->domain_start && domain <= config->domain_end);
}

static uint8_t attach(struct virtio_iommu_model *model, const struct virtio_iommu_req_attach *req)
{
    bool bypass = req->flags == VIRTIO_IOMMU_ATTACH_F_BYPASS;
    if ((req->flags != 0 && (!bypass || !has(model, VIRTIO_IOMMU_F_BYPASS_CONFIG))) ||
        !is_domain(model, req->domain) || model->attached_count == VIRTIO_IOMMU_MODEL_MAX)
        return VIRTIO_IOMMU_S_INVAL;
    for (unsigned i = 0; i < model->attached_count; i++) {
        if (model->attached[i].endpoint == req->endpoint && model->virtio.lie == NULL)
            bus_forbidden(model->virtio.bus, "endpoint %u is attached already", req->endpoint);
    }
    model->attached[model->attached_count].endpoint = req->endpoint;
    model->attached[model->attached_count].domain = req->domain;
    model->attached[model->attached_count++].bypass = bypass;
    return VIRTIO_IOMMU_S_OK;
}

static uint8_t map(struct virtio_iommu_model *model, const struct virtio_iommu_req_map *req)
{
    const struct virtio_iommu_config *config = virtio_iommu_model_config(model);
    uint64_t page = config->page_size_mask & -config->page_size_mask;
    if (!has_domain(model, req->domain))
        return VIRTIO_IOMMU_S_NOENT;
    if (!has(model, VIRTIO_IOMMU_F_MAP_UNMAP) || req->virt_start > req->virt_end ||
        req->virt_start % page != 0 || (req->virt_end + 1) % page != 0 ||
        req->phys_start != req->virt_start || req->flags != 3 ||
        model->mapped_count == VIRTIO_IOMMU_MODEL_MAX)
        return VIRTIO_IOMMU_S_INVAL;
    for (unsigned i = 0; i < model->mapped_count; i++) {
        if (model->mapped[i].domain == req->domain && model->mapped[i].start <= req->virt_end &&
            model->mapped[i].end >= req->virt_start)
            return VIRTIO_IOMMU_S_INVAL;
    }
    model->mapped[model->mapped_count].domain = req->domain;
    model->mapped[model->mapped_count].start = req->virt_start;
    model->mapped[model->mapped_count++].end = req->virt_end;
    return VIRTIO_IOMMU_S_OK;
}

static uint8_t run(struct virtio_iommu_model *model, const uint8_t *bytes, uint32_t size)
{
    struct virtio_iommu_req_attach request;
    struct virtio_iommu_req_map mapping;
    uint8_t type = bytes[0];
    if (type > VIRTIO_IOMMU_T_MAP)
        return VIRTIO_IOMMU_S_UNSUPP;
    model->requests[type]++;
    if (type == VIRTIO_IOMMU_T_MAP && size == sizeof mapping) {
        memcpy(&mapping, bytes, sizeof mapping);
        return map(model, &mapping);
    }
    if (size != sizeof request)
        return VIRTIO_IOMMU_S_INVAL;
    memcpy(&request, bytes, sizeof request);
    return type == VIRTIO_IOMMU_T_ATTACH ? attach(model, &request)
                                         : detach(model, request.domain, request.endpoint);
}

static void notify(struct virtio_model *virtio, unsigned queue)
{
    struct virtio_iommu_model *model = of(virtio);
    struct virtio_model_chain chain;
    while (!model->silent && virtio_model_pop(virtio, queue, &chain)) {
        if (queue != 0 || chain.count != 2 || chain.pieces[0].writable ||
            !chain.pieces[1].writable || chain.pieces[1].size < 4) {
            bus_forbidden(virtio->bus, "a request that is none");
            return;
        }
        const uint8_t *request = chain.pieces[0].data;
        uint8_t status = *request == model->refused ? VIRTIO_IOMMU_S_NOENT
                                                    : run(model, request, chain.pieces[0].size);
        chain.pieces[1].data[0] = (uint8_t)virtio_model_lie(virtio, LIE_RESULT, status);
        virtio_model_push(virtio, queue, chain.head, 4);
    }
}

static void reset(struct virtio_model *virtio)
{
    of(virtio)->attached_count = of(virtio)->mapped_count = 0;
}

bool virtio_iommu_model_lets(const struct virtio_iommu_model *model, uint32_t endpoint,
                             uint64_t address, uint64_t size)
{
    for (unsigned i = 0; i < model->attached_count; i++) {
        if (model->attached[i].endpoint != endpoint)
            continue;
        for (unsigned m = 0; m < model->mapped_count; m++) {
            if (model->mapped[m].domain == model->attached[i].domain &&
                address >= model->mapped[m].start && address + size - 1 <= model->mapped[m].end)
                return true;
        }
        return model->attached[i].bypass;
    }
    return model->virtio.config[offsetof(struct virtio_iommu_config, bypass)] != 0;
}

void virtio_iommu_model_init(struct virtio_iommu_model *model, struct bus *bus, uint64_t features)
{
    static const uint16_t sizes[] = {256, 256};
    virtio_model_init(&model->virtio, bus, sizes, 2);
    model->virtio.type = VIRTIO_TYPE_IOMMU;
    model->virtio.offered = VIRTIO_F_VERSION_1 | VIRTIO_IOMMU_F_MAP_UNMAP |
                            VIRTIO_IOMMU_F_INPUT_RANGE | VIRTIO_IOMMU_F_DOMAIN_RANGE |
                            VIRTIO_IOMMU_F_PROBE | features;
    model->virtio.notify = notify;
    model->virtio.reset = reset;
    model->virtio.config_size = sizeof(struct virtio_iommu_config);
    *virtio_iommu_model_config(model) = (struct virtio_iommu_config){
        .page_size_mask = 0xfffff000,
        .input_end = UINT32_MAX,
        .input_end_high = UINT32_MAX,
        .domain_end = UINT32_MAX,
    };
}
