/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/fat_format.h"

#include <string.h>

#include "hw/fat.h"

#define ROOT_ENTRIES 64u

static unsigned bits_of(const struct fat_bpb *bpb)
{
    if (bpb->table_sectors_16 == 0)
        return 32;
    uint32_t sectors = bpb->total_sectors_16 != 0 ? bpb->total_sectors_16 : bpb->total_sectors_32;
    return sectors - 1 - 2u * bpb->table_sectors_16 -
                       ROOT_ENTRIES * FAT_ENTRY_SIZE / bpb->bytes_per_sector <
                   FAT12_CLUSTERS
               ? 12
               : 16;
}

void fat_format_set_entry(void *data, uint32_t cluster, uint32_t value)
{
    struct fat_bpb bpb;
    memcpy(&bpb, data, sizeof bpb);
    unsigned bits = bits_of(&bpb);
    uint32_t table_sectors = bits == 32 ? bpb.table_sectors_32 : bpb.table_sectors_16;
    for (unsigned i = 0; i < bpb.table_count; i++) {
        uint8_t *table = (uint8_t *)data +
                         (size_t)bpb.bytes_per_sector * (bpb.reserved_sectors + i * table_sectors);
        if (bits == 12) {
            uint8_t *at = table + cluster + cluster / 2;
            uint16_t old = (uint16_t)(at[0] | at[1] << 8);
            uint16_t new = cluster % 2 == 0 ? (uint16_t)((old & 0xf000) | (value & 0xfff))
                                            : (uint16_t)((old & 0x000f) | (value & 0xfff) << 4);
            memcpy(at, &new, sizeof new);
        } else {
            memcpy(table + cluster * (bits / 8), &value, bits / 8);
        }
    }
}

void fat_format(void *data, size_t size, unsigned bits, uint32_t sector_size)
{
    uint32_t sectors = (uint32_t)(size / sector_size);
    uint32_t table_sectors = (uint32_t)(((uint64_t)sectors + 2) * bits / 8 / sector_size + 1);
    struct fat_bpb bpb = {
        .jump = {FAT_JUMP_SHORT, 0x3c, 0x90},
        .oem_name = "CLOUDHV",
        .bytes_per_sector = (uint16_t)sector_size,
        .sectors_per_cluster = 1,
        .reserved_sectors = bits == 32 ? 3 : 1,
        .table_count = 2,
        .root_entries = bits == 32 ? 0 : ROOT_ENTRIES,
        .media = 0xf8,
        .total_sectors_16 = bits == 12 ? (uint16_t)sectors : 0,
        .total_sectors_32 = bits == 12 ? 0 : sectors,
        .table_sectors_16 = bits == 32 ? 0 : (uint16_t)table_sectors,
    };
    struct fat_extended_bpb extended = {.signature = FAT_EXTENDED_SIGNATURE};
    uint8_t *bytes = data;
    memset(bytes, 0, size);
    memcpy(extended.label, "NO NAME    ", sizeof extended.label);
    memcpy(extended.type, bits == 12 ? "FAT12   " : bits == 16 ? "FAT16   " : "FAT32   ", 8);
    if (bits == 32) {
        bpb.table_sectors_32 = table_sectors;
        bpb.root_cluster = FAT_FIRST_CLUSTER;
        bpb.info_sector = 1;
        bpb.backup_sector = 2;
        uint32_t lead = FAT_INFO_LEAD_SIGNATURE;
        struct fat_info info = {FAT_INFO_STRUCT_SIGNATURE, FAT_INFO_UNKNOWN, FAT_INFO_UNKNOWN};
        memcpy(bytes + sector_size, &lead, sizeof lead);
        memcpy(bytes + sector_size + FAT_INFO_STRUCT_OFFSET, &info, sizeof info);
    }
    memcpy(bytes, &bpb, bits == 32 ? sizeof bpb : FAT16_EXTENDED_OFFSET);
    memcpy(bytes + (bits == 32 ? FAT32_EXTENDED_OFFSET : FAT16_EXTENDED_OFFSET), &extended,
           sizeof extended);
    bytes[FAT_SIGNATURE_OFFSET] = FAT_SIGNATURE & 0xff;
    bytes[FAT_SIGNATURE_OFFSET + 1] = FAT_SIGNATURE >> 8;
    if (bits == 32)
        memcpy(bytes + 2 * sector_size, bytes, sector_size);
    fat_format_set_entry(bytes, 0, 0x0ffffff8);
    fat_format_set_entry(bytes, 1, 0x0fffffff);
    if (bits == 32)
        fat_format_set_entry(bytes, FAT_FIRST_CLUSTER, 0x0fffffff);
}
