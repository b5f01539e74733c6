/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "models/bus.h"

/* QEMU's fw_cfg: signature, directory, files; by port and, where `has_dma` says so, by DMA. */

#define FW_CFG_MODEL_FILES 64

struct fw_cfg_model {
    struct bus_range range;
    struct bus *bus;
    bool has_dma;
    bool dma_fails;   /* every transfer ends with an error */
    bool dma_silent;  /* no transfer ever ends */
    unsigned count;   /* of files */
    uint32_t claimed; /* files that the directory claims to hold; 0: as many as there are */
    struct {
        const char *name;
        const void *data;
        uint32_t size;
    } files[FW_CFG_MODEL_FILES];
    uint16_t selected;
    uint32_t position;
    uint64_t dma_high;
};

/* Adds the device to `bus`, with `files` and `count` set before. DMA addresses are pointers. */
void fw_cfg_model_add(struct fw_cfg_model *model, struct bus *bus);
void fw_cfg_model_file(struct fw_cfg_model *model, const char *name, const char *text);
