/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hw/nvme.h"
#include "models/pci.h"

/* An NVMe controller with namespaces in memory. */

#define NVME_MODEL_BAR_SIZE   0x8000u
#define NVME_MODEL_NAMESPACES 4
#define NVME_MODEL_HELD       64

enum nvme_lie {
    NVME_LIE_CAPABILITIES,
    NVME_LIE_STATUS,   /* CSTS */
    NVME_LIE_ID,       /* of a completion */
    NVME_LIE_RESULT,   /* its status field, without phase */
    NVME_LIE_PHASE,    /* honest: 0 */
    NVME_LIE_IDENTIFY, /* a byte offset to change; honest: all ones */
    NVME_LIE_EXTRA,    /* completions that nobody waits for; honest: 0 */
};

struct nvme_model_queue {
    uint64_t submissions, completions;
    uint32_t entries, completion_entries;
    uint32_t head, tail; /* of the submissions */
    uint32_t completed;  /* tail of the completions */
    uint32_t taken;      /* what the driver has acknowledged */
    bool phase;
};

struct nvme_model_namespace {
    uint32_t id;
    uint8_t *data;
    uint64_t size;
    uint8_t exponent; /* of the block size */
    uint16_t metadata;
    bool read_only;
    uint64_t eui64; /* as it is in memory */
};

struct nvme_model {
    struct pci_model_function pci;
    struct bus *bus;
    struct guest_memory memory; /* map NULL: identity_memory */
    struct nvme_model_namespace namespaces[NVME_MODEL_NAMESPACES];
    unsigned namespace_count;
    uint64_t capabilities;
    uint8_t mdts;
    bool no_list; /* before 1.1 */

    uint32_t cc, csts, aqa;
    uint64_t asq, acq;
    struct nvme_model_queue admin, io;

    bool silent, hold, never_stops, never_starts, fatal, no_shutdown;
    bool gone; /* unplugged: reads give all ones */
    uint64_t bad_lba, bad_count;
    uint16_t held[NVME_MODEL_HELD]; /* ids */
    uint16_t held_status[NVME_MODEL_HELD];
    unsigned held_count, most_in_flight;

    unsigned reads, writes, flushes, doorbells, shutdowns, enables, register_accesses;
    uint64_t largest;

    uint64_t (*lie)(void *context, unsigned what, uint64_t honest);
    void *lie_context;
};

/* Namespaces are set. `mqes`: largest queue, less 1. */
void nvme_model_add(struct nvme_model *model, struct pci_model *segment, unsigned device,
                    uint64_t bar_address, uint16_t mqes, unsigned stride);
void nvme_model_release(struct nvme_model *model, bool reverse);
