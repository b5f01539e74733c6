/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* FAT file systems (Microsoft, "FAT32 File System Specification" 1.03; UEFI 2.10 §13.3). Little
 * endian. */

#include <stddef.h>
#include <stdint.h>

#define FAT_JUMP_SHORT       0xebu
#define FAT_JUMP_NEAR        0xe9u
#define FAT_SECTOR_MIN       512u
#define FAT_SECTOR_MAX       4096u
#define FAT_MEDIA_MIN        0xf0u
#define FAT_BOOT_SIZE        512u
#define FAT_SIGNATURE_OFFSET 510u
#define FAT_SIGNATURE        0xaa55u

/* Fewer clusters than these are FAT12, FAT16. */
#define FAT12_CLUSTERS 4085u
#define FAT16_CLUSTERS 65525u

#define FAT_FIRST_CLUSTER 2u

/* Where the parameters of one kind lie, behind struct fat_bpb. */
#define FAT16_EXTENDED_OFFSET 36u
#define FAT32_EXTENDED_OFFSET 64u

struct fat_bpb {
    uint8_t jump[3];
    char oem_name[8];
    uint16_t bytes_per_sector;
    uint8_t sectors_per_cluster;
    uint16_t reserved_sectors;
    uint8_t table_count;
    uint16_t root_entries;
    uint16_t total_sectors_16;
    uint8_t media;
    uint16_t table_sectors_16;
    uint16_t sectors_per_track;
    uint16_t heads;
    uint32_t hidden_sectors;
    uint32_t total_sectors_32;
    /* FAT32 only */
    uint32_t table_sectors_32;
    uint16_t extended_flags;
    uint16_t version;
    uint32_t root_cluster;
    uint16_t info_sector;
    uint16_t backup_sector;
    uint8_t reserved[12];
} __attribute__((packed));

#define FAT32_FLAG_ACTIVE_MASK 0x000fu
#define FAT32_FLAG_NO_MIRROR   0x0080u

/* At FAT16_EXTENDED_OFFSET or FAT32_EXTENDED_OFFSET. */
struct fat_extended_bpb {
    uint8_t drive;
    uint8_t state; /* bit 0: not unmounted, as some drivers have it */
    uint8_t signature;
    uint32_t serial;
    char label[11];
    char type[8];
} __attribute__((packed));

#define FAT_EXTENDED_SIGNATURE 0x29u
#define FAT_STATE_DIRTY        0x01u

/* FSInfo sector of FAT32 */
#define FAT_INFO_LEAD_SIGNATURE   0x41615252u
#define FAT_INFO_STRUCT_SIGNATURE 0x61417272u
#define FAT_INFO_STRUCT_OFFSET    484u
#define FAT_INFO_UNKNOWN          0xffffffffu

struct fat_info {
    uint32_t signature; /* at FAT_INFO_STRUCT_OFFSET */
    uint32_t free_count;
    uint32_t next_free;
};

/* Flags in entry 1 of the table; set means good. */
#define FAT16_CLEAN 0x8000u
#define FAT32_CLEAN 0x08000000u

#define FAT_ENTRY_SIZE      32u
#define FAT_DIRECTORY_MAX   (65536u * FAT_ENTRY_SIZE)
#define FAT_NAME_SIZE       11u
#define FAT_NAME_END        0x00u /* first byte: no entries from here on */
#define FAT_NAME_DELETED    0xe5u
#define FAT_NAME_ESCAPED_E5 0x05u

#define FAT_ATTR_READ_ONLY 0x01u
#define FAT_ATTR_HIDDEN    0x02u
#define FAT_ATTR_SYSTEM    0x04u
#define FAT_ATTR_VOLUME_ID 0x08u
#define FAT_ATTR_DIRECTORY 0x10u
#define FAT_ATTR_ARCHIVE   0x20u
#define FAT_ATTR_LONG_NAME 0x0fu
#define FAT_ATTR_MASK      0x3fu

#define FAT_CASE_LOWER_BASE      0x08u
#define FAT_CASE_LOWER_EXTENSION 0x10u

struct fat_entry {
    char name[FAT_NAME_SIZE];
    uint8_t attributes;
    uint8_t case_flags;
    uint8_t created_tenths; /* of a second, times ten: 0 to 199 */
    uint16_t created_time;
    uint16_t created_date;
    uint16_t accessed_date;
    uint16_t cluster_high;
    uint16_t modified_time;
    uint16_t modified_date;
    uint16_t cluster_low;
    uint32_t size;
};

#define FAT_LONG_LAST       0x40u
#define FAT_LONG_ORDER      0x1fu
#define FAT_LONG_CHARACTERS 13u
#define FAT_LONG_ENTRIES    20u

struct fat_long_entry {
    uint8_t order;
    uint8_t name1[10];
    uint8_t attributes;
    uint8_t type;
    uint8_t checksum; /* of the short name */
    uint8_t name2[12];
    uint16_t cluster_low; /* 0 */
    uint8_t name3[4];
};

_Static_assert(offsetof(struct fat_bpb, table_sectors_32) == 36, "BPB layout");
_Static_assert(sizeof(struct fat_bpb) == FAT32_EXTENDED_OFFSET, "BPB layout");
_Static_assert(sizeof(struct fat_extended_bpb) == 26, "BPB layout");
_Static_assert(sizeof(struct fat_entry) == FAT_ENTRY_SIZE, "directory entry layout");
_Static_assert(offsetof(struct fat_entry, cluster_low) == 26, "directory entry layout");
_Static_assert(sizeof(struct fat_long_entry) == FAT_ENTRY_SIZE, "directory entry layout");
