/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Images in an expansion ROM (PCI Firmware 3.3 §5.1, UEFI 2.10 §14.4.2). */

#define OPTION_ROM_UNIT 512u /* of lengths */

#define OPTION_ROM_SIGNATURE     0xaa55u
#define OPTION_ROM_EFI_SIGNATURE 0x0ef1u

#define OPTION_ROM_CODE_EFI       3u
#define OPTION_ROM_LAST           0x80u /* in the indicator */
#define OPTION_ROM_NOT_COMPRESSED 0u
#define OPTION_ROM_COMPRESSED     1u

/* The beginning of an EFI image; others share the first and the last field. */
struct option_rom_header {
    uint16_t signature;
    uint16_t initialization_size; /* of the whole image, in units */
    uint32_t efi_signature;
    uint16_t subsystem; /* PE_SUBSYSTEM_… */
    uint16_t machine;   /* PE_MACHINE_… */
    uint16_t compression;
    uint8_t reserved[8];
    uint16_t efi_offset;
    uint16_t data_offset;
} __attribute__((packed));

struct option_rom_data {
    uint32_t signature;
    uint16_t vendor_id, device_id;
    uint16_t device_list;
    uint16_t length;
    uint8_t revision;
    uint8_t class[3];
    uint16_t image_length; /* in units */
    uint16_t vendor_revision;
    uint8_t code_type;
    uint8_t indicator;
} __attribute__((packed));

#define OPTION_ROM_DATA_SIGNATURE 0x52494350u /* "PCIR" */

_Static_assert(sizeof(struct option_rom_header) == 0x1a, "option_rom_header");
_Static_assert(sizeof(struct option_rom_data) == 0x16, "option_rom_data");
