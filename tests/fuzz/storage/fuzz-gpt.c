/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is the beginning of a disk of 256 KiB. Its first byte (of the MBR's code) says what is
 * done to it: 1: the last 512 bytes are the disk's last block, 2: the primary header's checksums
 * are made right, as a fuzzer does not find them, 4: blocks of 4096 bytes, 8: completion in poll().
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/pool.h"
#include "hw/gpt.h"
#include "lib/crc32.h"
#include "lib/memory.h"
#include "models/ramdisk.h"
#include "storage/partition.h"

#define DISK_SIZE (256u << 10)
#define BLOCK     512u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Makes the checksums of a table right, the array's first. */
static void seal(uint8_t *disk, uint64_t lba)
{
    struct gpt_header header;
    uint8_t *at = disk + lba * BLOCK;
    memcpy(&header, at, sizeof header);
    uint64_t size = (uint64_t)header.entry_count * header.entry_size;
    if (header.entries_lba < DISK_SIZE / BLOCK && size <= DISK_SIZE - header.entries_lba * BLOCK)
        header.entries_crc32 = crc32(disk + header.entries_lba * BLOCK, size);
    header.header_crc32 = 0;
    memcpy(at, &header, sizeof header);
    if (header.header_size >= sizeof header && header.header_size <= BLOCK)
        header.header_crc32 = crc32(at, header.header_size);
    memcpy(at, &header, sizeof header);
}

static void check(const struct ramdisk *disk, const struct partition_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct partition *p = &list->items[i];
        if (p->block_count == 0 || p->first_lba >= disk->device.block_count ||
            p->block_count > disk->device.block_count - p->first_lba)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 * BLOCK || size > DISK_SIZE)
        return 0;
    struct ramdisk disk;
    struct partition_list list;
    unsigned flags = data[0];
    uint32_t block = (flags & 4) != 0 ? 4096 : BLOCK;
    ramdisk_init(&disk, block, DISK_SIZE / block);
    size_t tail = (flags & 1) != 0 ? BLOCK : 0; /* the backup header */
    memcpy(disk.data, data, size - tail);
    memcpy(disk.data + DISK_SIZE - tail, data + size - tail, tail);
    if ((flags & 2) != 0)
        seal(disk.data, GPT_PRIMARY_LBA);
    if (tail != 0)
        seal(disk.data, DISK_SIZE / BLOCK - 1);
    disk.asynchronous = (flags & 8) != 0;
    if (!EFI_ERROR(partitions_read(&disk.device, &list))) {
        check(&disk, &list);
        partitions_release(&list);
    }
    ramdisk_release(&disk);
    return 0;
}
