/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/virtio.h"

/* A disk behind virtio-blk, with the faults that real ones have. */

#define VIRTIO_BLK_MODEL_HELD 256

struct virtio_blk_model {
    struct virtio_model virtio;

    /* The medium: `size` bytes of memory, or whatever `transfer` does; false: I/O error. */
    uint8_t *data;
    uint64_t size;
    bool (*transfer)(void *context, bool write, uint64_t offset, void *data, uint64_t size);
    void *context;
    char id[VIRTIO_BLK_ID_SIZE];

    /* Faults */
    uint64_t bad_sector, bad_count;   /* I/O errors */
    bool silent;                      /* never answers */
    bool hold;                        /* answers only when virtio_blk_model_release() is called */
    bool short_length;                /* used length is less than was read */
    bool parse_failure;               /* used length 0, status byte untouched */
    uint64_t write_protected_sectors; /* from 0: a raw image whose type was not given */

    /* For one request: it fails when `fails` says so; when `keeps` says so, whoever owns the model
     * gives `head` back by virtio_model_push(), or never. NULL: no. */
    bool (*fails)(void *context, uint32_t type);
    bool (*keeps)(void *context, uint16_t head, uint32_t length);

    /* What was asked for */
    unsigned reads, writes, flushes, discards, zeroes, ids;
    uint64_t largest;     /* bytes of data of one request */
    unsigned most_pieces; /* of data in one request */
    unsigned most_in_flight;

    struct {
        uint16_t head;
        uint32_t length;
    } held[VIRTIO_BLK_MODEL_HELD];
    unsigned held_count;
};

/* Sets features and configuration: call with `data`, `size` and faults set, then pci or mmio.
 * `features` beside VERSION_1. */
void virtio_blk_model_init(struct virtio_blk_model *model, struct bus *bus, uint32_t block_size,
                           uint64_t features, uint16_t queue_size);
void virtio_blk_model_free(struct virtio_blk_model *model);

/* Completes what is held: the last first when `reverse`. */
void virtio_blk_model_release(struct virtio_blk_model *model, bool reverse);

/* Changes the capacity, as a resize does: a new generation. */
void virtio_blk_model_resize(struct virtio_blk_model *model, uint64_t size);
