/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/nvme/private.h"
#include "drivers/pci/pci.h"
#include "efi/types.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* Namespaces as block devices. */

#define EXPONENT_MIN 9u
#define EXPONENT_MAX 16u

static struct nvme_namespace *namespace_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct nvme_namespace, block);
}

static struct nvme_namespace *namespace_of_queue(struct block_queue *queue)
{
    return CONTAINER_OF(queue, struct nvme_namespace, requests);
}

void nvme_init_slots(struct nvme *nvme)
{
    nvme->free_slots = NULL;
    for (unsigned i = 0; i < NVME_SLOTS && i + 1 < nvme->io.entries; i++) {
        nvme->slots[i] = (struct nvme_slot){.next_free = nvme->free_slots};
        nvme->free_slots = &nvme->slots[i];
    }
}

/* PRP 1 and 2, or a list of pages in the place of 2 (§4.3). The pieces have page boundaries between
 * them. */
static void fill_pages(struct nvme_command *command, uint64_t *list,
                       const struct block_piece *pieces, unsigned count)
{
    unsigned pages = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t address = dma_address(pieces[i].base);
        uint64_t end = address + pieces[i].size;
        for (; address < end; address = ALIGN_DOWN(address, EFI_PAGE_SIZE) + EFI_PAGE_SIZE) {
            if (pages == 0)
                command->prp1 = address;
            else
                list[pages - 1] = address;
            pages++;
        }
    }
    if (pages == 2)
        command->prp2 = list[0];
    else if (pages > 2)
        command->prp2 = dma_address(list);
}

static EFI_STATUS start(struct block_queue *queue, struct block_part *part,
                        const struct block_piece *pieces, unsigned count)
{
    static const uint8_t opcodes[] = {
        [BLOCK_READ] = NVME_READ, [BLOCK_WRITE] = NVME_WRITE, [BLOCK_FLUSH] = NVME_FLUSH};
    struct nvme_namespace *namespace = namespace_of_queue(queue);
    struct nvme *nvme = namespace->controller;
    struct nvme_slot *slot = nvme->free_slots;
    if (nvme->dead)
        return EFI_DEVICE_ERROR;
    if (slot == NULL)
        return EFI_NOT_READY;
    uint16_t id = (uint16_t)(slot - nvme->slots);
    struct nvme_command command = {
        .opcode = opcodes[part->request->operation],
        .id = id,
        .namespace_id = namespace->id,
    };
    if (count > 0) {
        uint32_t blocks = (uint32_t)(part->bytes / namespace->block.block_size);
        fill_pages(&command, nvme->memory->lists[id], pieces, count);
        command.cdw10 = (uint32_t)part->lba;
        command.cdw11 = (uint32_t)(part->lba >> 32);
        command.cdw12 = blocks - 1;
    }
    nvme_queue_add(&nvme->io, &command);
    nvme->free_slots = slot->next_free;
    slot->namespace = namespace;
    slot->part = part;
    return EFI_SUCCESS;
}

static void kick(struct block_queue *queue)
{
    struct nvme *nvme = namespace_of_queue(queue)->controller;
    if (!nvme->dead)
        nvme_queue_ring(nvme, &nvme->io);
}

void nvme_fail(struct nvme *nvme, EFI_STATUS status)
{
    if (nvme->dead)
        return;
    nvme->dead = true;
    if (EFI_ERROR(nvme_disable(nvme))) {
        nvme->stuck = true;
        pci_disable(nvme->function);
    }
    nvme_init_slots(nvme);
    LIST_FOR_EACH(node, &nvme->namespaces)
    block_queue_fail(&LIST_ENTRY(node, struct nvme_namespace, link)->requests, status);
}

/* The namespaces are taken to be what they were: a controller forgets nothing when it is reset. */
static EFI_STATUS revive(struct block_queue *queue)
{
    struct nvme *nvme = namespace_of_queue(queue)->controller;
    if (!nvme->dead)
        return EFI_SUCCESS;
    if (nvme->stuck)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = nvme_enable(nvme);
    if (!EFI_ERROR(status))
        status = nvme_create_io_queue(nvme);
    if (EFI_ERROR(status)) {
        nvme->stuck = EFI_ERROR(nvme_disable(nvme));
        return status;
    }
    nvme->dead = false;
    return EFI_SUCCESS;
}

static const struct block_queue_operations queue_operations = {
    .start = start,
    .kick = kick,
    .revive = revive,
};

static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    return block_queue_submit(&namespace_of(block)->requests, request);
}

static bool broken(struct nvme *nvme, uint16_t id)
{
    if (id < NVME_SLOTS && nvme->slots[id].namespace != NULL)
        return false;
    log_error("nvme %s: completion of a command that is not in flight", nvme->function->name);
    return true;
}

static void poll(struct block_device *block)
{
    struct nvme_namespace *namespace = namespace_of(block);
    struct nvme *nvme = namespace->controller;
    struct nvme_completion completion;
    bool some = false;
    /* A device that goes on for ever would complete more than is in flight. */
    while (!nvme->dead && nvme_queue_take(&nvme->io, &completion)) {
        if (broken(nvme, completion.id)) {
            nvme_fail(nvme, EFI_DEVICE_ERROR);
            return;
        }
        struct nvme_slot *slot = &nvme->slots[completion.id];
        struct nvme_namespace *owner = slot->namespace;
        struct block_part *part = slot->part;
        *slot = (struct nvme_slot){.next_free = nvme->free_slots};
        nvme->free_slots = slot;
        some = true;
        block_queue_complete(&owner->requests, part, nvme_status(completion.status));
    }
    if (nvme->dead)
        return;
    if (some)
        nvme_queue_acknowledge(nvme, &nvme->io);
    block_queue_run(&namespace->requests);
}

static void abort_all(struct block_device *block, EFI_STATUS status)
{
    nvme_fail(namespace_of(block)->controller, status);
}

static EFI_STATUS reset(struct block_device *block)
{
    return block_queue_reset(&namespace_of(block)->requests);
}

static const struct block_operations operations = {
    .submit = submit,
    .poll = poll,
    .abort = abort_all,
    .reset = reset,
};

static uint64_t get64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* What Identify Namespace says, in nvme->identify. EFI_UNSUPPORTED: not to be used. */
static EFI_STATUS read_namespace(struct nvme_namespace *namespace)
{
    struct nvme *nvme = namespace->controller;
    struct block_device *block = &namespace->block;
    const uint8_t *data = nvme->identify;
    uint64_t count = get64(data + NVME_NAMESPACE_SIZE);
    const uint8_t *format = data + NVME_NAMESPACE_LBAF + 4 * (data[NVME_NAMESPACE_FLBAS] & 0xf);
    unsigned metadata = format[0] | format[1] << 8, exponent = format[2];
    if (count == 0)
        return EFI_UNSUPPORTED; /* not active */
    if (metadata != 0 || exponent < EXPONENT_MIN || exponent > EXPONENT_MAX ||
        count > UINT64_MAX >> exponent)
        return log_failure(EFI_UNSUPPORTED, "%s: blocks of 2^%u bytes with %u bytes of metadata",
                           block->name, exponent, metadata);
    block->block_size = 1u << exponent;
    block->block_count = count;
    block->blocks_per_physical_block = 1;
    block->read_only = data[NVME_NAMESPACE_ATTR] & 1;
    block->volatile_cache = nvme->volatile_cache;
    block_set_serial(block, nvme->serial, sizeof nvme->serial - 1);
    namespace->interface.unit.nvme.eui64 = get64(data + NVME_NAMESPACE_EUI64);
    if (block->block_size > nvme->part_max)
        return log_failure(EFI_UNSUPPORTED, "%s: at most %u bytes at once", block->name,
                           nvme->part_max);
    return EFI_SUCCESS;
}

static void init_namespace(struct nvme_namespace *namespace, struct nvme *nvme, uint32_t id)
{
    namespace->controller = nvme;
    namespace->id = id;
    namespace->interface.class = DEVICE_DISK;
    namespace->interface.disk = &namespace->block;
    namespace->interface.unit.kind = UNIT_NVME;
    namespace->interface.unit.nvme.namespace_id = id;
    namespace->block.operations = &operations;
    format_text(namespace->block.name, sizeof namespace->block.name, "nvme %s namespace %u",
                nvme->function->name, id);
    namespace->requests = (struct block_queue){
        .device = &namespace->block,
        .operations = &queue_operations,
        .part_max = nvme->part_max,
        .pieces_max = BLOCK_PIECES_MAX,
        .piece_size_max = nvme->part_max,
        .align = 4, /* PRP entries are (§4.3) */
        .whole_pages = true,
    };
    block_queue_init(&namespace->requests, namespace->parts, NVME_PARTS);
}

/* The first error is that of the controller: a namespace that makes no sense is left out. */
static EFI_STATUS add_namespace(struct nvme *nvme, uint32_t id)
{
    EFI_STATUS status = nvme_identify(nvme, NVME_IDENTIFY_NAMESPACE, id);
    if (EFI_ERROR(status))
        return status == EFI_TIMEOUT ? status : EFI_SUCCESS;
    struct nvme_namespace *namespace = pool_alloc_zeroed(sizeof *namespace);
    if (namespace == NULL)
        return EFI_OUT_OF_RESOURCES;
    init_namespace(namespace, nvme, id);
    if (EFI_ERROR(read_namespace(namespace))) {
        pool_free(namespace);
        return EFI_SUCCESS;
    }
    list_append(&nvme->namespaces, &namespace->link);
    list_append(&nvme->instance.interfaces, &namespace->interface.link);
    nvme->namespace_count++;
    return EFI_SUCCESS;
}

/* Controllers before 1.1 have no list: all numbers are tried then. */
EFI_STATUS nvme_add_namespaces(struct nvme *nvme)
{
    uint32_t count;
    memcpy(&count, nvme->identify + NVME_CONTROLLER_NN, sizeof count);
    uint32_t *list = pool_alloc_zeroed(NVME_IDENTIFY_SIZE);
    if (list == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = nvme_identify(nvme, NVME_IDENTIFY_ACTIVE, 0);
    if (!EFI_ERROR(status)) {
        memcpy(list, nvme->identify, NVME_IDENTIFY_SIZE);
    } else if (status != EFI_TIMEOUT) {
        for (uint32_t i = 0; i < MIN(count, NVME_NAMESPACES_MAX); i++)
            list[i] = i + 1;
        status = EFI_SUCCESS;
    }
    /* Ascending, with a zero at the end (§5.15.2.2). */
    for (uint32_t i = 0, last = 0; i < NVME_IDENTIFY_SIZE / 4 && list[i] > last; i++) {
        if (EFI_ERROR(status))
            break;
        if (nvme->namespace_count == NVME_NAMESPACES_MAX) {
            log_warning("nvme %s: more than %u namespaces", nvme->function->name,
                        NVME_NAMESPACES_MAX);
            break;
        }
        last = list[i];
        status = add_namespace(nvme, last);
    }
    pool_free(list);
    return status;
}
