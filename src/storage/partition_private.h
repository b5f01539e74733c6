/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "storage/partition.h"

/* Shared by the readers of the kinds of partition tables. */

/* No disk has more; also bounds the search for overlaps. */
#define PARTITIONS_MAX 1024u

/* The first blocks of the disk, read in one request: the MBR, the primary GPT header and, where it
 * usually lies, the primary array. */
struct disk_head {
    const uint8_t *data;
    size_t size;
};

/* What block 0 is. */
enum mbr_class {
    MBR_ABSENT,      /* no signature */
    MBR_EMPTY,       /* no partitions */
    MBR_FILE_SYSTEM, /* a boot sector, of FAT or another file system */
    MBR_PROTECTIVE,  /* has a partition of type 0xEE */
    MBR_LEGACY,
};

enum mbr_class mbr_classify(const struct disk_head *head);

/* Does block 1 bear the signature of a GPT? */
bool gpt_has_primary(const struct block_device *device, const struct disk_head *head);

/* Each reads its kind of table into an empty list. EFI_NOT_FOUND, without a log line: the disk has
 * none. EFI_VOLUME_CORRUPTED: logged. */
EFI_STATUS gpt_read(struct block_device *device, const struct disk_head *head, enum mbr_class mbr,
                    struct partition_list *list) MUST_CHECK;
EFI_STATUS mbr_read(struct block_device *device, const struct disk_head *head,
                    struct partition_list *list) MUST_CHECK;
EFI_STATUS el_torito_read(struct block_device *device, struct partition_list *list) MUST_CHECK;

/* EFI_OUT_OF_RESOURCES, or EFI_VOLUME_CORRUPTED when there are too many. */
EFI_STATUS partition_list_add(struct partition_list *list,
                              const struct partition *partition) MUST_CHECK;

/* Finds two partitions that share a block. */
bool partitions_overlap(const struct partition_list *list, uint32_t *ret_a, uint32_t *ret_b);
