/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/block.h"
#include "efi/types.h"
#include "hw/mbr.h"
#include "lib/macros.h"

/* The partitions of a disk: GUID partition table (UEFI 2.10 §5.3), El Torito (§13.3.2), MBR (§5.2),
 * looked for in this order (§13.3.2). */

enum partition_kind {
    PARTITION_GPT,
    PARTITION_MBR,
    PARTITION_EL_TORITO,
};

#define PARTITION_NAME_MAX 36

struct partition {
    enum partition_kind kind;

    /* GPT: the entry's place, from 1. MBR: 1 to 4, logical ones from 5. El Torito: the boot entry's
     * place in the catalogue, 0 for the initial entry. */
    uint32_t number;

    /* In blocks of the device. */
    uint64_t first_lba;
    uint64_t block_count;

    /* GPT */
    EFI_GUID type;
    EFI_GUID unique;
    uint64_t attributes;
    char16_t name[PARTITION_NAME_MAX + 1];

    /* MBR */
    uint32_t disk_signature;
    struct mbr_entry mbr;

    /* El Torito, as the catalogue has it: 2048-byte sector and number of 512-byte sectors (0 or 1:
     * to the end of the disk). */
    uint32_t catalog_lba;
    uint32_t catalog_sectors;
};

struct partition_list {
    enum partition_kind kind;
    EFI_GUID disk_guid; /* GPT */
    size_t count;
    struct partition *items; /* in the order of their numbers */
};

/* Reads the partition tables of `device`, which may itself be a partition. EFI_NOT_FOUND, without a
 * log line: it has none (it may still hold a file system). EFI_VOLUME_CORRUPTED, with one line that
 * names the disk: it has, and none that can be used. Errors of the device as they come. On success
 * the caller frees the list by partitions_release(). */
EFI_STATUS partitions_read(struct block_device *device, struct partition_list *ret) MUST_CHECK;
void partitions_release(struct partition_list *list);

/* A partition as a block device of its own. Requests go to the disk's driver without a copy; what
 * ends one of them (abort) ends those of the whole disk. */
struct partition_device {
    struct block_device device;
    struct block_device *parent;
    uint64_t first_lba;
};

/* `parent` must outlive `partition_device`; `partition` is not kept. */
void partition_device_init(struct partition_device *partition_device, struct block_device *parent,
                           const struct partition *partition);
