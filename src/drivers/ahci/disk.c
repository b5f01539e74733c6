/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/ahci/private.h"
#include "drivers/pci/pci.h"
#include "lib/printf.h"

/* ATA disks. */

#define SECTOR_SIZE    512u
#define BLOCK_SIZE_MAX 65536u
#define COUNT_28       256u
#define COUNT_48       65536u

static struct ahci_port *port_of(struct block_device *block)
{
    return CONTAINER_OF(block, struct ahci_port, block);
}

static void set_place(struct ahci_fis *fis, bool lba_48, uint64_t lba, uint32_t count)
{
    for (unsigned i = 0; i < 3; i++) {
        fis->lba_low[i] = (uint8_t)(lba >> 8 * i);
        fis->lba_high[i] = lba_48 ? (uint8_t)(lba >> (24 + 8 * i)) : 0;
    }
    fis->device = ATA_DEVICE_LBA;
    if (!lba_48)
        fis->device |= lba >> 24 & 0xf;
    fis->count[0] = (uint8_t)count; /* 0 is the most */
    fis->count[1] = lba_48 ? (uint8_t)(count >> 8) : 0;
}

static EFI_STATUS start(struct block_queue *queue, struct block_part *part,
                        const struct block_piece *pieces, unsigned count)
{
    struct ahci_port *port = CONTAINER_OF(queue, struct ahci_port, requests);
    struct ahci_command command = {.pieces = pieces, .count = count};
    struct ahci_fis *fis = &command.fis;
    if (port->dead)
        return EFI_DEVICE_ERROR;
    switch (part->request->operation) {
    case BLOCK_READ:
        fis->command = port->lba_48 ? ATA_READ_DMA_EXT : ATA_READ_DMA;
        break;
    case BLOCK_WRITE:
        fis->command = port->lba_48 ? ATA_WRITE_DMA_EXT : ATA_WRITE_DMA;
        command.to_device = true;
        break;
    default:
        fis->command = port->lba_48 ? ATA_FLUSH_CACHE_EXT : ATA_FLUSH_CACHE;
        break;
    }
    if (count > 0)
        set_place(fis, port->lba_48, part->lba, (uint32_t)(part->bytes / port->block.block_size));
    ahci_port_issue(port, &command);
    return EFI_SUCCESS;
}

/* The command is with the device already. */
static void kick(struct block_queue *queue)
{
}

static EFI_STATUS revive(struct block_queue *queue)
{
    return ahci_port_revive(CONTAINER_OF(queue, struct ahci_port, requests));
}

static const struct block_queue_operations queue_operations = {
    .start = start,
    .kick = kick,
    .revive = revive,
};

static EFI_STATUS submit(struct block_device *block, struct block_request *request)
{
    return block_queue_submit(&port_of(block)->requests, request);
}

void ahci_disk_fail(struct ahci_port *port, EFI_STATUS status)
{
    if (port->dead)
        return;
    port->dead = true;
    port->stuck = EFI_ERROR(ahci_port_stop(port));
    block_queue_fail(&port->requests, status);
}

static void poll(struct block_device *block)
{
    struct ahci_port *port = port_of(block);
    if (port->dead)
        return;
    if (port->busy) {
        enum ahci_result result = ahci_port_result(port);
        EFI_STATUS status = EFI_SUCCESS;
        if (result == AHCI_RUNNING)
            return;
        if (result == AHCI_FAILED) {
            status = EFI_DEVICE_ERROR;
            if (EFI_ERROR(ahci_port_recover(port))) {
                ahci_disk_fail(port, status);
                return;
            }
        } else if (port->part.request->operation == BLOCK_READ &&
                   *(volatile uint32_t *)&port->memory->list[0].bytes < port->part.bytes) {
            status = EFI_DEVICE_ERROR;
        }
        block_queue_complete(&port->requests, &port->part, status);
    }
    if (!port->dead)
        block_queue_run(&port->requests);
}

static void abort_all(struct block_device *block, EFI_STATUS status)
{
    ahci_disk_fail(port_of(block), status);
}

static EFI_STATUS reset(struct block_device *block)
{
    return block_queue_reset(&port_of(block)->requests);
}

static const struct block_operations operations = {
    .submit = submit,
    .poll = poll,
    .abort = abort_all,
    .reset = reset,
};

static uint64_t count_of(const uint16_t *id, bool lba_48)
{
    unsigned first = lba_48 ? ATA_ID_SECTORS_48 : ATA_ID_SECTORS_28, words = lba_48 ? 4 : 2;
    uint64_t count = 0;
    for (unsigned i = 0; i < words; i++)
        count |= (uint64_t)id[first + i] << 16 * i;
    return count;
}

static void read_sector_size(struct block_device *block, const uint16_t *id)
{
    uint16_t size = id[ATA_ID_SECTOR_SIZE];
    block->block_size = SECTOR_SIZE;
    block->blocks_per_physical_block = 1;
    if ((size & ATA_ID_VALID_MASK) != ATA_ID_VALID)
        return;
    if (size & ATA_ID_LARGE_SECTOR) {
        uint64_t words = id[ATA_ID_WORDS_PER_SECTOR] | (uint64_t)id[ATA_ID_WORDS_PER_SECTOR + 1]
                                                           << 16;
        block->block_size = (uint32_t)MIN(2 * words, UINT32_MAX);
    }
    if (size & ATA_ID_PHYSICAL)
        block->blocks_per_physical_block = 1u << (size & 0xf);
    uint16_t alignment = id[ATA_ID_ALIGNMENT];
    if ((alignment & ATA_ID_VALID_MASK) == ATA_ID_VALID &&
        (alignment & 0x3fffu) < block->blocks_per_physical_block)
        block->lowest_aligned_lba = (block->blocks_per_physical_block - (alignment & 0x3fffu)) %
                                    block->blocks_per_physical_block;
}

static EFI_STATUS read_geometry(struct ahci_port *port, const uint16_t *id)
{
    struct block_device *block = &port->block;
    port->lba_48 = (id[ATA_ID_COMMANDS_2] & (ATA_ID_VALID_MASK | ATA_ID_LBA_48)) ==
                   (ATA_ID_VALID | ATA_ID_LBA_48);
    block->block_count = count_of(id, port->lba_48);
    read_sector_size(block, id);
    block->volatile_cache = id[ATA_ID_ENABLED_1] & ATA_ID_WRITE_CACHE;
    uint32_t size = block->block_size;
    if ((id[ATA_ID_CAPABILITIES] & ATA_ID_LBA) == 0 || size < SECTOR_SIZE ||
        size > BLOCK_SIZE_MAX || (size & (size - 1)) != 0 || block->block_count == 0 ||
        block->block_count >> 48 != 0)
        return log_failure(EFI_UNSUPPORTED, "%s: %llu blocks of %u bytes, capabilities 0x%x",
                           block->name, (unsigned long long)block->block_count, size,
                           id[ATA_ID_CAPABILITIES]);
    port->requests.part_max =
        (uint32_t)MIN(AHCI_PART_MAX, (uint64_t)size * (port->lba_48 ? COUNT_48 : COUNT_28));
    return EFI_SUCCESS;
}

EFI_STATUS ahci_disk_start(struct ahci_port *port)
{
    uint16_t id[ATA_ID_WORDS];
    EFI_STATUS status = ahci_identify(port, id);
    if (EFI_ERROR(status))
        return status;
    port->block.operations = &operations;
    format_text(port->block.name, sizeof port->block.name, "ahci %s port %u",
                port->ahci->function->name, port->number);
    port->requests = (struct block_queue){
        .device = &port->block,
        .operations = &queue_operations,
        .pieces_max = BLOCK_PIECES_MAX,
        .piece_size_max = AHCI_PRD_MAX,
        .align = 2, /* §4.2.3.3 */
    };
    block_queue_init(&port->requests, &port->part, 1);
    port->interface.disk = &port->block;
    ahci_set_serial(&port->block, id);
    return read_geometry(port, id);
}
