/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* GUID partition table (UEFI 2.10 §5.3). Little endian. */

#include <stddef.h>
#include <stdint.h>

#include "efi/types.h"

#define GPT_PRIMARY_LBA 1u
#define GPT_SIGNATURE   0x5452415020494645ull /* "EFI PART" */
#define GPT_REVISION    0x00010000u
#define GPT_HEADER_SIZE 92u  /* the least; the rest of the block is reserved */
#define GPT_ENTRY_SIZE  128u /* the least; always this times a power of two */
#define GPT_NAME_LENGTH 36u

#define EFI_PART_TYPE_UNUSED_GUID                                                                  \
    {                                                                                              \
        0, 0, 0,                                                                                   \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }
#define EFI_PART_TYPE_EFI_SYSTEM_PART_GUID                                                         \
    {                                                                                              \
        0xc12a7328, 0xf81f, 0x11d2,                                                                \
        {                                                                                          \
            0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b                                         \
        }                                                                                          \
    }

struct gpt_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t header_size;
    uint32_t header_crc32; /* over header_size bytes, with this field as 0 */
    uint32_t reserved;
    uint64_t my_lba;
    uint64_t alternate_lba;
    uint64_t first_usable_lba;
    uint64_t last_usable_lba;
    EFI_GUID disk_guid;
    uint64_t entries_lba;
    uint32_t entry_count;
    uint32_t entry_size;
    uint32_t entries_crc32;
};

struct gpt_entry {
    EFI_GUID type;
    EFI_GUID unique;
    uint64_t first_lba;
    uint64_t last_lba; /* inclusive */
    uint64_t attributes;
    char16_t name[GPT_NAME_LENGTH];
};

_Static_assert(offsetof(struct gpt_header, entries_crc32) == 88, "GPT header layout");
_Static_assert(sizeof(struct gpt_entry) == GPT_ENTRY_SIZE, "GPT entry layout");
