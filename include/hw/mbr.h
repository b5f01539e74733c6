/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Master boot record (UEFI 2.10 §5.2). Little endian. */

#include <stddef.h>
#include <stdint.h>

#define MBR_SIZE             512u
#define MBR_DISK_SIGNATURE   440u
#define MBR_ENTRIES          446u
#define MBR_ENTRY_COUNT      4u
#define MBR_SIGNATURE_OFFSET 510u
#define MBR_SIGNATURE        0xaa55u

#define MBR_BOOT_INDICATOR_ACTIVE 0x80u

#define MBR_TYPE_EXTENDED       0x05u
#define MBR_TYPE_EXTENDED_LBA   0x0fu
#define MBR_TYPE_EXTENDED_LINUX 0x85u
#define MBR_TYPE_PROTECTIVE     0xeeu
#define MBR_TYPE_EFI_SYSTEM     0xefu

struct mbr_entry {
    uint8_t boot_indicator;
    uint8_t starting_chs[3];
    uint8_t os_type;
    uint8_t ending_chs[3];
    uint32_t starting_lba;
    uint32_t size_in_lba;
};

_Static_assert(sizeof(struct mbr_entry) == 16, "MBR entry layout");
