/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* SMBIOS (DSP0134 3.6 §5.2, §6.1, §7.12). */

struct smbios2_entry {
    char anchor[4]; /* "_SM_" */
    uint8_t checksum;
    uint8_t length;
    uint8_t major_version, minor_version;
    uint16_t max_structure_size;
    uint8_t entry_point_revision;
    uint8_t formatted_area[5];
    char intermediate_anchor[5]; /* "_DMI_" */
    uint8_t intermediate_checksum;
    uint16_t table_length;
    uint32_t table_address;
    uint16_t structure_count;
    uint8_t bcd_revision;
} __attribute__((packed));

struct smbios3_entry {
    char anchor[5]; /* "_SM3_" */
    uint8_t checksum;
    uint8_t length;
    uint8_t major_version, minor_version, docrev;
    uint8_t entry_point_revision;
    uint8_t reserved;
    uint32_t table_max_size;
    uint64_t table_address;
} __attribute__((packed));

struct smbios_header {
    uint8_t type;
    uint8_t length; /* of the formatted part; strings follow, and an empty string ends them */
    uint16_t handle;
} __attribute__((packed));

#define SMBIOS_TYPE_OEM_STRINGS  11
#define SMBIOS_TYPE_END_OF_TABLE 127

_Static_assert(sizeof(struct smbios2_entry) == 31, "smbios2_entry");
_Static_assert(sizeof(struct smbios3_entry) == 24, "smbios3_entry");
_Static_assert(sizeof(struct smbios_header) == 4, "smbios_header");
