/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/time.h"
#include "drivers/nvme/private.h"
#include "drivers/pci/pci.h"
#include "lib/memory.h"

/* Queue pairs (NVMe 1.4 §4.1), polled. */

#define ADMIN_TIMEOUT_MS 10000u

void nvme_queue_init(struct nvme_queue *queue, uint16_t id, uint16_t entries,
                     struct nvme_command *submissions, struct nvme_completion *completions)
{
    *queue = (struct nvme_queue){.id = id,
                                 .entries = entries,
                                 .phase = true,
                                 .submissions = submissions,
                                 .completions = completions};
    /* Commands from before a reset name memory that its owner has taken back. */
    memset(submissions, 0, entries * sizeof *submissions);
    memset(completions, 0, entries * sizeof *completions);
}

void nvme_queue_add(struct nvme_queue *queue, const struct nvme_command *command)
{
    queue->submissions[queue->tail] = *command;
    queue->tail = (uint16_t)(queue->tail + 1) % queue->entries;
    queue->pending = true;
}

static uint64_t doorbell(const struct nvme *nvme, const struct nvme_queue *queue, bool completion)
{
    return nvme->doorbells + (2u * queue->id + completion) * (uint64_t)nvme->stride;
}

void nvme_queue_ring(struct nvme *nvme, struct nvme_queue *queue)
{
    if (!queue->pending)
        return;
    queue->pending = false;
    dma_barrier();
    mmio_write32(doorbell(nvme, queue, false), queue->tail);
}

bool nvme_queue_take(struct nvme_queue *queue, struct nvme_completion *ret)
{
    const volatile struct nvme_completion *entry = &queue->completions[queue->head];
    uint16_t status = entry->status;
    if ((status & NVME_STATUS_PHASE) != queue->phase)
        return false;
    /* The rest is read after the phase that announced it. */
    dma_barrier();
    *ret = (struct nvme_completion){.result = entry->result, .id = entry->id, .status = status};
    queue->head = (uint16_t)(queue->head + 1) % queue->entries;
    if (queue->head == 0)
        queue->phase = !queue->phase;
    return true;
}

void nvme_queue_acknowledge(const struct nvme *nvme, const struct nvme_queue *queue)
{
    mmio_write32(doorbell(nvme, queue, true), queue->head);
}

EFI_STATUS nvme_status(uint16_t status)
{
    unsigned type = NVME_STATUS_TYPE(status), code = NVME_STATUS_CODE(status);
    if (type == NVME_TYPE_GENERIC && code == 0)
        return EFI_SUCCESS;
    if ((type == NVME_TYPE_GENERIC && code == NVME_CODE_NAMESPACE_PROTECTED) ||
        (type == NVME_TYPE_COMMAND && code == NVME_CODE_READ_ONLY_RANGE))
        return EFI_WRITE_PROTECTED;
    return EFI_DEVICE_ERROR;
}

EFI_STATUS nvme_admin(struct nvme *nvme, struct nvme_command *command)
{
    struct nvme_completion completion;
    command->id = nvme->admin.tail;
    nvme_queue_add(&nvme->admin, command);
    nvme_queue_ring(nvme, &nvme->admin);
    struct deadline deadline = deadline_in_ms(ADMIN_TIMEOUT_MS);
    while (!nvme_queue_take(&nvme->admin, &completion)) {
        if (deadline_passed(&deadline))
            return log_failure(EFI_TIMEOUT, "nvme %s: admin command 0x%x", nvme->function->name,
                               command->opcode);
    }
    nvme_queue_acknowledge(nvme, &nvme->admin);
    if (completion.id != command->id)
        return log_failure(EFI_DEVICE_ERROR, "nvme %s: completion of another command",
                           nvme->function->name);
    return nvme_status(completion.status);
}
