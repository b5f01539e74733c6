/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Volume descriptors and directory records of ISO 9660 (ECMA-119 §8, §9), Joliet, and the boot
 * catalogue of the El Torito specification 1.0. */

#include <stddef.h>
#include <stdint.h>

#define ISO9660_SECTOR_SIZE        2048u
#define ISO9660_FIRST_DESCRIPTOR   16u /* sector */
#define ISO9660_IDENTIFIER         "CD001"
#define ISO9660_IDENTIFIER_SIZE    5u
#define ISO9660_TYPE_BOOT_RECORD   0u
#define ISO9660_TYPE_PRIMARY       1u
#define ISO9660_TYPE_SUPPLEMENTARY 2u /* Joliet, by its escape sequences */
#define ISO9660_TYPE_TERMINATOR    255u
#define ISO9660_FLAG_HIDDEN        0x01u
#define ISO9660_FLAG_DIRECTORY     0x02u
#define ISO9660_FLAG_MORE          0x80u /* the file goes on in the next record */
#define EL_TORITO_DESCRIPTOR       17u   /* sector */
#define EL_TORITO_IDENTIFIER       "EL TORITO SPECIFICATION"
#define EL_TORITO_RECORD_SIZE      32u
#define EL_TORITO_RECORD_COUNT     (ISO9660_SECTOR_SIZE / EL_TORITO_RECORD_SIZE)
#define EL_TORITO_VIRTUAL_SECTOR   512u /* unit of sector counts */
#define EL_TORITO_VALIDATION       0x01u
#define EL_TORITO_KEY              0xaa55u
#define EL_TORITO_HEADER_MORE      0x90u
#define EL_TORITO_HEADER_LAST      0x91u
#define EL_TORITO_EXTENSION        0x44u
#define EL_TORITO_BOOTABLE         0x88u
#define EL_TORITO_MEDIA_TYPE_MASK  0x0fu
#define EL_TORITO_NO_EMULATION     0x00u
#define EL_TORITO_MEDIA_CONTINUED  0x20u /* an extension record follows */
#define EL_TORITO_EXTENDED_MORE    0x20u /* in an extension record */
#define EL_TORITO_PLATFORM_EFI     0xefu /* UEFI 2.10 §13.3.2.1 */

/* Numbers of both byte orders begin with the little-endian one. */
struct iso9660_record {
    uint8_t length; /* of the record; 0: the rest of the sector is unused */
    uint8_t attribute_blocks;
    uint32_t extent;
    uint32_t extent_big;
    uint32_t size;
    uint32_t size_big;
    uint8_t date[7]; /* years from 1900, month, day, hour, minute, second, quarters of an hour */
    uint8_t flags;
    uint8_t unit_size; /* of interleaved files */
    uint8_t gap_size;
    uint32_t volume;
    uint8_t name_length;
} __attribute__((packed)); /* the name follows */

struct iso9660_descriptor {
    uint8_t type;
    char identifier[ISO9660_IDENTIFIER_SIZE];
    uint8_t version;
    uint8_t flags;
    uint8_t system[32];
    uint8_t label[32];
    uint8_t unused[8];
    uint32_t block_count;
    uint32_t block_count_big;
    uint8_t escapes[32];
    uint8_t set[8];
    uint16_t block_size;
    uint16_t block_size_big;
    uint8_t path_tables[24];
    struct iso9660_record root;
    uint8_t root_name;
} __attribute__((packed));

struct el_torito_descriptor {
    uint8_t type;
    char identifier[ISO9660_IDENTIFIER_SIZE];
    uint8_t version;
    char boot_system[32];
    uint8_t unused[32];
    uint8_t catalog_sector[4];
};

struct el_torito_validation {
    uint8_t header_id;
    uint8_t platform;
    uint16_t reserved;
    char manufacturer[24];
    uint16_t checksum; /* all 16-bit words of the record add up to 0 */
    uint16_t key;
};

struct el_torito_header {
    uint8_t indicator;
    uint8_t platform;
    uint16_t entry_count;
    char identifier[28];
};

struct el_torito_entry {
    uint8_t indicator;
    uint8_t media_type;
    uint16_t load_segment;
    uint8_t system_type;
    uint8_t unused;
    uint16_t sector_count; /* EL_TORITO_VIRTUAL_SECTOR */
    uint32_t lba;          /* ISO9660_SECTOR_SIZE */
    uint8_t selection[20];
};

_Static_assert(sizeof(struct iso9660_record) == 33, "directory record layout");
_Static_assert(offsetof(struct iso9660_descriptor, root) == 156, "volume descriptor layout");
_Static_assert(offsetof(struct el_torito_descriptor, catalog_sector) == 0x47, "El Torito layout");
_Static_assert(sizeof(struct el_torito_validation) == EL_TORITO_RECORD_SIZE, "El Torito layout");
_Static_assert(sizeof(struct el_torito_header) == EL_TORITO_RECORD_SIZE, "El Torito layout");
_Static_assert(sizeof(struct el_torito_entry) == EL_TORITO_RECORD_SIZE, "El Torito layout");
