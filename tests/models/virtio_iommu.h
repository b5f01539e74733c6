/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* A virtio-iommu: who is attached to which domain, and what that maps. */

#define VIRTIO_IOMMU_MODEL_MAX 16

struct virtio_iommu_model {
    struct virtio_model virtio;
    struct {
        uint32_t endpoint, domain;
        bool bypass;
    } attached[VIRTIO_IOMMU_MODEL_MAX];
    unsigned attached_count;
    struct {
        uint32_t domain;
        uint64_t start, end; /* the end is included */
    } mapped[VIRTIO_IOMMU_MODEL_MAX];
    unsigned mapped_count;

    unsigned requests[VIRTIO_IOMMU_T_MAP + 1]; /* by type */
    uint8_t refused;                           /* requests of this type fail */
    bool silent;                               /* nothing is answered */
};

/* Offers MAP_UNMAP, the ranges and `features`; maps pages of 4 KiB and larger at any address, in
 * any domain, and does not bypass. */
void virtio_iommu_model_init(struct virtio_iommu_model *model, struct bus *bus, uint64_t features);

/* The configuration, to be changed before the driver looks. */
struct virtio_iommu_config *virtio_iommu_model_config(struct virtio_iommu_model *model);

/* Does the endpoint reach [address, address + size)? */
bool virtio_iommu_model_lets(const struct virtio_iommu_model *model, uint32_t endpoint,
                             uint64_t address, uint64_t size);
