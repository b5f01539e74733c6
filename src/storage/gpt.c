/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "hw/gpt.h"
#include "core/log.h"
#include "core/pool.h"
#include "efi/guid.h"
#include "lib/checked.h"
#include "lib/crc32.h"
#include "lib/memory.h"
#include "storage/partition_private.h"

/* GUID partition table (UEFI 2.10 §5.3). */

#define ENTRY_SIZE_MAX 4096u
#define ARRAY_SIZE_MAX (4u << 20)
#define PIECE_SIZE                                                                                 \
    65536u /* of the array, per request; a multiple of every block and entry size                  \
            */

/* What is read of one of the two tables. */
struct table {
    struct gpt_header header;
    const char *problem; /* why it cannot be used */
};

#define CRC32_POLYNOMIAL 0xedb88320u
#define CRC32_X8         0x00800000u /* x to the 8th, highest power in the lowest bit */

static uint32_t crc32_multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;
    for (uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = (b >> 1) ^ ((b & 1) ? CRC32_POLYNOMIAL : 0);
    }
    return product;
}

/* crc32_update() over `count` bytes of zeros: each multiplies the remainder by x to the 8th. Most
 * of an array is unused, and taking 16 KiB byte by byte would be a sixth of the way to a loader. */
static uint32_t crc32_zeros(uint32_t crc, size_t count)
{
    uint32_t remainder = ~crc;
    uint32_t factor = CRC32_X8;
    for (; count != 0; count >>= 1) {
        if (count & 1)
            remainder = crc32_multiply(factor, remainder);
        factor = crc32_multiply(factor, factor);
    }
    return ~remainder;
}

/* Bytes of `data` up to the last that is not 0, rounded up to 8. */
static size_t used_length(const uint8_t *data, size_t size)
{
    while (size >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, data + size - sizeof word, sizeof word);
        if (word != 0)
            break;
        size -= sizeof word;
    }
    return size;
}

/* The tests of §5.3.2, but for the array's. AlternateLBA is not looked at: when a disk has grown,
 * it is not the last block. */
static const char *check_header(struct block_device *device, const uint8_t *block, uint64_t lba,
                                struct gpt_header *ret)
{
    static const uint8_t no_crc[4];
    struct gpt_header header;
    memcpy(&header, block, sizeof header);
    if (header.signature != GPT_SIGNATURE)
        return "no signature";
    if (header.header_size < GPT_HEADER_SIZE || header.header_size > device->block_size)
        return "bad header size";
    size_t crc_at = offsetof(struct gpt_header, header_crc32);
    size_t behind_crc = crc_at + sizeof no_crc;
    uint32_t crc = crc32_update(crc32(block, crc_at), no_crc, sizeof no_crc);
    if (crc32_update(crc, block + behind_crc, header.header_size - behind_crc) !=
        header.header_crc32)
        return "bad header checksum";
    if (header.my_lba != lba)
        return "it belongs to another block";
    if (header.first_usable_lba > header.last_usable_lba ||
        header.last_usable_lba >= device->block_count)
        return "it is for a larger disk";
    if (header.entry_size < GPT_ENTRY_SIZE || header.entry_size > ENTRY_SIZE_MAX ||
        (header.entry_size & (header.entry_size - 1)) != 0)
        return "bad entry size";
    uint64_t size = (uint64_t)header.entry_count * header.entry_size;
    uint64_t blocks = (size + device->block_size - 1) / device->block_size;
    if (header.entry_count == 0 || size > ARRAY_SIZE_MAX)
        return "bad number of entries";
    if (!range_within(header.entries_lba, blocks, device->block_count) ||
        header.entries_lba <= GPT_PRIMARY_LBA)
        return "bad place of the entries";
    *ret = header;
    return NULL;
}

static EFI_STATUS add_entry(const struct gpt_header *header, const uint8_t *bytes, uint32_t number,
                            struct partition_list *list)
{
    struct gpt_entry entry;
    memcpy(&entry, bytes, sizeof entry);
    if (guid_equal(&entry.type, GUID_OF(EFI_PART_TYPE_UNUSED)))
        return EFI_SUCCESS;
    struct partition partition = {
        .kind = PARTITION_GPT,
        .number = number,
        .first_lba = entry.first_lba,
        .type = entry.type,
        .unique = entry.unique,
        .attributes = entry.attributes,
    };
    memcpy(partition.name, entry.name, sizeof entry.name);
    /* Judged when the array's checksum is known to be right. */
    partition.block_count = entry.last_lba - entry.first_lba + 1;
    if (entry.first_lba < header->first_usable_lba || entry.last_lba > header->last_usable_lba ||
        entry.first_lba > entry.last_lba)
        partition.block_count = 0;
    return partition_list_add(list, &partition);
}

/* One piece of the array: checksum and entries. */
static EFI_STATUS take_piece(const struct gpt_header *header, const uint8_t *data, size_t size,
                             uint32_t first_number, uint32_t *crc, struct partition_list *list)
{
    size_t used = used_length(data, size);
    *crc = crc32_zeros(crc32_update(*crc, data, used), size - used);
    for (size_t at = 0; at < used; at += header->entry_size) {
        uint32_t number = first_number + (uint32_t)(at / header->entry_size);
        EFI_STATUS status = add_entry(header, data + at, number, list);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

/* Reads the array; a wrong checksum is a problem of the table. */
static EFI_STATUS read_array(struct block_device *device, const struct disk_head *head,
                             struct table *table, struct partition_list *list)
{
    const struct gpt_header *header = &table->header;
    size_t total = (size_t)header->entry_count * header->entry_size;
    uint64_t start = header->entries_lba * device->block_size;
    uint32_t crc = 0;
    EFI_STATUS status = EFI_SUCCESS;
    if (range_within(start, total, head->size)) {
        status = take_piece(header, head->data + start, total, 1, &crc, list);
    } else {
        CLEANUP_POOL uint8_t *piece = pool_alloc(MIN(total, PIECE_SIZE));
        if (piece == NULL)
            return EFI_OUT_OF_RESOURCES;
        for (size_t done = 0; done < total && !EFI_ERROR(status); done += PIECE_SIZE) {
            size_t size = MIN(total - done, PIECE_SIZE);
            uint32_t number = 1 + (uint32_t)(done / header->entry_size);
            status = block_read_bytes(device, start + done, piece, size);
            if (!EFI_ERROR(status))
                status = take_piece(header, piece, size, number, &crc, list);
        }
    }
    if (status == EFI_VOLUME_CORRUPTED)
        table->problem = "too many partitions";
    else if (!EFI_ERROR(status) && crc != header->entries_crc32)
        table->problem = "bad checksum of the entries";
    return table->problem != NULL ? EFI_CRC_ERROR : status;
}

/* The table whose header is `block`, from `lba`. EFI_CRC_ERROR: table->problem tells why it is not
 * usable. */
static EFI_STATUS read_table(struct block_device *device, const struct disk_head *head,
                             const uint8_t *block, uint64_t lba, struct table *table,
                             struct partition_list *list)
{
    *table = (struct table){0};
    table->problem = check_header(device, block, lba, &table->header);
    if (table->problem != NULL)
        return EFI_CRC_ERROR;
    EFI_STATUS status = read_array(device, head, table, list);
    if (EFI_ERROR(status))
        partitions_release(list);
    return status;
}

/* What a right checksum does not make right. */
static EFI_STATUS check_partitions(struct block_device *device, const struct partition_list *list)
{
    uint32_t a, b;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].block_count == 0)
            return log_failure(EFI_VOLUME_CORRUPTED, "%s: GPT partition %u is outside the disk",
                               device->name, list->items[i].number);
    }
    if (partitions_overlap(list, &a, &b))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: GPT partitions %u and %u overlap",
                           device->name, a, b);
    return EFI_SUCCESS;
}

static EFI_STATUS read_backup(struct block_device *device, const struct disk_head *head,
                              const struct table *primary, struct partition_list *list,
                              struct table *backup)
{
    uint64_t last = device->block_count - 1;
    CLEANUP_POOL uint8_t *block = pool_alloc(device->block_size);
    if (block == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = block_read(device, last, block, device->block_size);
    if (!EFI_ERROR(status))
        status = read_table(device, head, block, last, backup, list);
    if (status == EFI_CRC_ERROR)
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: both GPTs are broken (%s; backup: %s)",
                           device->name, primary->problem, backup->problem);
    if (!EFI_ERROR(status))
        log_warning("%s: the primary GPT is broken (%s), its backup is used", device->name,
                    primary->problem);
    return status;
}

bool gpt_has_primary(const struct block_device *device, const struct disk_head *head)
{
    uint64_t signature;
    if (head->size < 2ull * device->block_size)
        return false;
    memcpy(&signature, head->data + device->block_size, sizeof signature);
    return signature == GPT_SIGNATURE;
}

EFI_STATUS gpt_read(struct block_device *device, const struct disk_head *head, enum mbr_class mbr,
                    struct partition_list *list)
{
    if (head->size < 2ull * device->block_size)
        return EFI_NOT_FOUND;
    const uint8_t *block = head->data + device->block_size;
    struct table primary, backup;
    const struct table *table = &primary;
    EFI_STATUS status = read_table(device, head, block, GPT_PRIMARY_LBA, &primary, list);
    if (status == EFI_CRC_ERROR) {
        table = &backup;
        status = read_backup(device, head, &primary, list, &backup);
    }
    if (!EFI_ERROR(status))
        status = check_partitions(device, list);
    if (EFI_ERROR(status))
        return status;
    if (mbr != MBR_PROTECTIVE)
        log_warning("%s: GPT without a protective MBR", device->name);
    list->kind = PARTITION_GPT;
    list->disk_guid = table->header.disk_guid;
    return EFI_SUCCESS;
}
