/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/time.h"
#include "drivers/virtio/blk_private.h"

/* The device configuration (virtio 1.2 §5.2.4). */

/* No EVENT_IDX, no MQ, no CONFIG_WCE: what is acknowledged here stays so for the OS on Cloud
 * Hypervisor. */
const uint64_t virtio_blk_features = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX |
                                     VIRTIO_BLK_F_RO | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_FLUSH |
                                     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_DISCARD |
                                     VIRTIO_BLK_F_WRITE_ZEROES | VIRTIO_F_INDIRECT_DESC;

#define BLOCK_SIZE_MAX        65536u
#define PHYSICAL_EXPONENT_MAX 16u

/* The size is not looked at again for so many ticks of the TSC, about a tenth of a second: no
 * reason to find out how fast it runs. */
#define CHECK_INTERVAL (1ull << 28)

enum field {
    FIELD_CAPACITY_LOW,
    FIELD_CAPACITY_HIGH,
    FIELD_SIZE_MAX,
    FIELD_SEG_MAX,
    FIELD_BLK_SIZE,
    FIELD_PHYSICAL_EXPONENT,
    FIELD_ALIGNMENT_OFFSET, /* in blocks */
    FIELD_MIN_IO_SIZE,      /* in blocks */
    FIELD_COUNT,
};

#define PLACE(member, width)                                                                       \
    {                                                                                              \
        offsetof(struct virtio_blk_config, member), width                                          \
    }

/* Reads the configuration in one generation, each register only when its feature was acknowledged
 * (§5.2.4), and by its own width (§4.1.3.1). */
static EFI_STATUS read_fields(struct virtio_device *device, uint32_t ret[FIELD_COUNT])
{
    static const struct {
        uint64_t feature; /* 0: always there */
        struct virtio_config_field field;
        uint32_t otherwise;
    } all[FIELD_COUNT] = {
        [FIELD_CAPACITY_LOW] = {0, PLACE(capacity_low, 4), 0},
        [FIELD_CAPACITY_HIGH] = {0, PLACE(capacity_high, 4), 0},
        [FIELD_SIZE_MAX] = {VIRTIO_BLK_F_SIZE_MAX, PLACE(size_max, 4), BLK_PART_MAX},
        [FIELD_SEG_MAX] = {VIRTIO_BLK_F_SEG_MAX, PLACE(seg_max, 4), 1},
        [FIELD_BLK_SIZE] = {VIRTIO_BLK_F_BLK_SIZE, PLACE(blk_size, 4), VIRTIO_BLK_SECTOR_SIZE},
        [FIELD_PHYSICAL_EXPONENT] = {VIRTIO_BLK_F_TOPOLOGY, PLACE(physical_block_exp, 1), 0},
        [FIELD_ALIGNMENT_OFFSET] = {VIRTIO_BLK_F_TOPOLOGY, PLACE(alignment_offset, 1), 0},
        [FIELD_MIN_IO_SIZE] = {VIRTIO_BLK_F_TOPOLOGY, PLACE(min_io_size, 2), 0},
    };
    struct virtio_config_field fields[FIELD_COUNT];
    uint32_t values[FIELD_COUNT];
    unsigned count = 0;
    for (unsigned i = 0; i < FIELD_COUNT; i++) {
        if (all[i].feature == 0 || virtio_has(device, all[i].feature))
            fields[count++] = all[i].field;
    }
    EFI_STATUS status = virtio_read_config(device, fields, count, values);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0, next = 0; i < FIELD_COUNT; i++) {
        bool there = all[i].feature == 0 || virtio_has(device, all[i].feature);
        ret[i] = there ? values[next++] : all[i].otherwise;
    }
    return EFI_SUCCESS;
}

static void set_topology(struct block_device *block, const uint32_t f[FIELD_COUNT])
{
    block->blocks_per_physical_block = 1;
    if (f[FIELD_PHYSICAL_EXPONENT] <= PHYSICAL_EXPONENT_MAX)
        block->blocks_per_physical_block = 1u << f[FIELD_PHYSICAL_EXPONENT];
    /* The offset counts from a physical block's beginning to the first logical one. */
    if (f[FIELD_ALIGNMENT_OFFSET] < block->blocks_per_physical_block)
        block->lowest_aligned_lba = f[FIELD_ALIGNMENT_OFFSET];
    block->transfer_granularity = f[FIELD_MIN_IO_SIZE];
}

/* A disk without a single block has no medium: its last block would have no number. */
static void set_count(struct block_device *block, uint64_t count)
{
    block->no_medium = count == 0;
    block->block_count = MAX(count, 1);
}

EFI_STATUS virtio_blk_read_geometry(struct virtio_blk *blk)
{
    uint32_t f[FIELD_COUNT];
    EFI_STATUS status = read_fields(blk->device, f);
    if (EFI_ERROR(status))
        return status;
    struct block_device *block = &blk->block;
    struct block_queue *requests = &blk->requests;
    uint64_t capacity = (uint64_t)f[FIELD_CAPACITY_HIGH] << 32 | f[FIELD_CAPACITY_LOW];
    uint32_t size = f[FIELD_BLK_SIZE];
    if (size < VIRTIO_BLK_SECTOR_SIZE || size > BLOCK_SIZE_MAX || (size & (size - 1)) != 0 ||
        capacity > UINT64_MAX / VIRTIO_BLK_SECTOR_SIZE)
        return log_failure(EFI_UNSUPPORTED, "%s: block size %u, capacity 0x%llx", block->name, size,
                           (unsigned long long)capacity);
    block->block_size = size;
    set_count(block, capacity / (size / VIRTIO_BLK_SECTOR_SIZE));
    set_topology(block, f);
    block->read_only = virtio_has(blk->device, VIRTIO_BLK_F_RO);
    block->volatile_cache = virtio_has(blk->device, VIRTIO_BLK_F_FLUSH);
    blk->erase_type = virtio_has(blk->device, VIRTIO_BLK_F_DISCARD) ? VIRTIO_BLK_T_DISCARD
                                                                    : VIRTIO_BLK_T_WRITE_ZEROES;
    block->can_erase = !block->read_only &&
                       virtio_has(blk->device, VIRTIO_BLK_F_DISCARD | VIRTIO_BLK_F_WRITE_ZEROES);
    block->erase_granularity = 1;

    /* 0 would mean that the device cannot do anything. */
    requests->pieces_max = MAX(1, MIN(f[FIELD_SEG_MAX], BLOCK_PIECES_MAX));
    requests->piece_size_max = MIN(f[FIELD_SIZE_MAX], BLK_PART_MAX);
    if ((uint64_t)requests->pieces_max * requests->piece_size_max < size)
        return log_failure(EFI_UNSUPPORTED, "%s: %u segments of %u bytes hold no block",
                           block->name, requests->pieces_max, requests->piece_size_max);
    return EFI_SUCCESS;
}

EFI_STATUS virtio_blk_read_erase_limit(struct virtio_blk *blk)
{
    static const struct virtio_config_field discard[] = {PLACE(max_discard_sectors, 4),
                                                         PLACE(discard_sector_alignment, 4)};
    static const struct virtio_config_field zeroes = PLACE(max_write_zeroes_sectors, 4);
    uint32_t values[2] = {0, 0};
    EFI_STATUS status = blk->erase_type == VIRTIO_BLK_T_DISCARD
                            ? virtio_read_config(blk->device, discard, 2, values)
                            : virtio_read_config(blk->device, &zeroes, 1, values);
    if (EFI_ERROR(status))
        return status;
    uint32_t sectors_per_block = blk->block.block_size / VIRTIO_BLK_SECTOR_SIZE;
    blk->requests.erase_max = values[0] / sectors_per_block;
    blk->block.erase_granularity = MAX(1, values[1] / sectors_per_block);
    blk->erase_known = true;
    return blk->requests.erase_max > 0 ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

/* The generation is not worth asking: Cloud Hypervisor's never changes. */
void virtio_blk_check_medium(struct block_device *block)
{
    static const struct virtio_config_field fields[] = {PLACE(capacity_low, 4),
                                                        PLACE(capacity_high, 4)};
    struct virtio_blk *blk = blk_of(block);
    uint64_t now = time_now_ticks();
    uint32_t values[2];
    if (blk->dead || now - blk->medium_checked < CHECK_INTERVAL)
        return;
    blk->medium_checked = now;
    if (EFI_ERROR(virtio_read_config(blk->device, fields, 2, values)))
        return;
    uint64_t capacity = (uint64_t)values[1] << 32 | values[0];
    uint64_t count = capacity / (block->block_size / VIRTIO_BLK_SECTOR_SIZE);
    uint64_t before = block->no_medium ? 0 : block->block_count;
    if (count == before || count > UINT64_MAX / block->block_size)
        return;
    log_info("%s: %llu blocks now, %llu before", block->name, (unsigned long long)count,
             (unsigned long long)before);
    set_count(block, count);
    block->media_id++;
}
