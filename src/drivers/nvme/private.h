/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/block_queue.h"
#include "drivers/driver.h"
#include "hw/nvme.h"

/* What the files of the NVMe driver share. */

struct pci_function;

#define NVME_ADMIN_ENTRIES 8u
#define NVME_IO_ENTRIES    64u
#define NVME_SLOTS         32u /* in flight at most, and one less than the queue has entries */

/* 256 entries behind PRP 1, which may begin inside its page. */
#define NVME_PART_MAX  (1u << 20)
#define NVME_LIST_SIZE (NVME_PART_MAX / 4096u * 8u)

#define NVME_NAMESPACES_MAX 256u

/* A submission queue and its completion queue. */
struct nvme_queue {
    uint16_t id, entries;
    uint16_t tail, head;
    bool phase;
    bool pending; /* commands were added since the last doorbell */
    struct nvme_command *submissions;
    const volatile struct nvme_completion *completions;
};

struct nvme_namespace;

/* A command of the I/O queue, by its id. */
struct nvme_slot {
    struct nvme_slot *next_free;
    struct nvme_namespace *namespace; /* NULL: free */
    struct block_part *part;
};

/* Memory that the device reads and writes. */
struct nvme_memory {
    struct nvme_command admin_submissions[4096 / sizeof(struct nvme_command)];
    struct nvme_command io_submissions[NVME_IO_ENTRIES];
    struct nvme_completion admin_completions[4096 / sizeof(struct nvme_completion)];
    struct nvme_completion io_completions[4096 / sizeof(struct nvme_completion)];
    uint8_t identify[NVME_IDENTIFY_SIZE];
    uint64_t lists[NVME_SLOTS][NVME_LIST_SIZE / 8];
};

struct nvme {
    struct device_instance instance;
    struct pci_function *function;
    uint64_t registers, doorbells; /* addresses */
    uint64_t capabilities;
    uint32_t stride; /* bytes between doorbells */
    struct nvme_memory *memory;
    uint8_t *identify; /* our copy */
    struct nvme_queue admin, io;
    struct list namespaces;
    unsigned namespace_count;
    uint32_t part_max;
    bool volatile_cache;
    char serial[21];
    bool dead;  /* given up */
    bool stuck; /* would not stop: its memory is never used again */
    struct nvme_slot *free_slots;
    struct nvme_slot slots[NVME_SLOTS];
};

#define NVME_PARTS 32u

struct nvme_namespace {
    struct list link;
    struct device_interface interface;
    struct block_device block;
    struct block_queue requests;
    struct nvme *controller;
    uint32_t id;
    struct block_part parts[NVME_PARTS];
};

/* controller.c: stops the controller (which then touches no memory), and starts it with empty
 * queues, the I/O queue not yet created. */
EFI_STATUS nvme_disable(struct nvme *nvme) MUST_CHECK;
EFI_STATUS nvme_enable(struct nvme *nvme) MUST_CHECK;
EFI_STATUS nvme_create_io_queue(struct nvme *nvme) MUST_CHECK;
/* Copies what the controller says to nvme->identify. */
EFI_STATUS nvme_identify(struct nvme *nvme, uint32_t what, uint32_t namespace_id) MUST_CHECK;

/* queue.c */
void nvme_queue_init(struct nvme_queue *queue, uint16_t id, uint16_t entries,
                     struct nvme_command *submissions, struct nvme_completion *completions);
/* Adds a command; its id is set by the caller, and there is room. */
void nvme_queue_add(struct nvme_queue *queue, const struct nvme_command *command);
void nvme_queue_ring(struct nvme *nvme, struct nvme_queue *queue);
/* The next completion, or false. */
bool nvme_queue_take(struct nvme_queue *queue, struct nvme_completion *ret);
/* Tells the device of those that were taken. */
void nvme_queue_acknowledge(const struct nvme *nvme, const struct nvme_queue *queue);
/* One command on the admin queue. EFI_TIMEOUT, EFI_DEVICE_ERROR. */
EFI_STATUS nvme_admin(struct nvme *nvme, struct nvme_command *command) MUST_CHECK;
EFI_STATUS nvme_status(uint16_t status);

/* namespace.c */
EFI_STATUS nvme_add_namespaces(struct nvme *nvme) MUST_CHECK;
/* All are free: nothing is in flight. */
void nvme_init_slots(struct nvme *nvme);
/* Gives the controller up: all requests of all namespaces end. */
void nvme_fail(struct nvme *nvme, EFI_STATUS status);
