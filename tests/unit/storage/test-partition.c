/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/pool.h"
#include "efi/guid.h"
#include "hw/gpt.h"
#include "hw/iso9660.h"
#include "hw/mbr.h"
#include "lib/crc32.h"
#include "lib/macros.h"
#include "models/fat_format.h"
#include "models/ramdisk.h"
#include "storage/fat/fat.h"
#include "storage/file_system.h"
#include "storage/partition.h"
#include "unit/storage/log_lines.h"

#define BLOCKS      4096u
#define ENTRY_COUNT 128u

struct gpt_disk {
    struct ramdisk disk;
    uint32_t block;
    uint32_t array_blocks;
};

static struct gpt_header *header_at(struct gpt_disk *g, uint64_t lba)
{
    return (struct gpt_header *)(g->disk.data + lba * g->block);
}

static struct gpt_entry *entry_at(struct gpt_disk *g, uint64_t lba, unsigned i)
{
    return (struct gpt_entry *)(g->disk.data + header_at(g, lba)->entries_lba * g->block +
                                i * header_at(g, lba)->entry_size);
}

/* Makes the checksums of the table right. */
static void seal(struct gpt_disk *g, uint64_t lba)
{
    struct gpt_header *header = header_at(g, lba);
    header->entries_crc32 = crc32(g->disk.data + header->entries_lba * g->block,
                                  (size_t)header->entry_count * header->entry_size);
    header->header_crc32 = 0;
    header->header_crc32 = crc32(header, header->header_size);
}

static void put_mbr_entry(struct ramdisk *disk, uint64_t lba, unsigned i, uint8_t type,
                          uint32_t start, uint32_t size)
{
    struct mbr_entry entry = {.os_type = type, .starting_lba = start, .size_in_lba = size};
    uint8_t *sector = disk->data + lba * disk->device.block_size;
    memcpy(sector + MBR_ENTRIES + i * sizeof entry, &entry, sizeof entry);
    sector[MBR_SIGNATURE_OFFSET] = 0x55;
    sector[MBR_SIGNATURE_OFFSET + 1] = 0xaa;
}

static void make_gpt(struct gpt_disk *g, uint32_t block, uint32_t entry_size)
{
    ramdisk_init(&g->disk, block, BLOCKS);
    g->block = block;
    g->array_blocks = (ENTRY_COUNT * entry_size + block - 1) / block;
    put_mbr_entry(&g->disk, 0, 0, MBR_TYPE_PROTECTIVE, 1, 0xffffffff);
    for (unsigned backup = 0; backup < 2; backup++) {
        uint64_t lba = backup ? BLOCKS - 1 : 1;
        *header_at(g, lba) = (struct gpt_header){
            .signature = GPT_SIGNATURE,
            .revision = GPT_REVISION,
            .header_size = GPT_HEADER_SIZE,
            .my_lba = lba,
            .alternate_lba = backup ? 1 : BLOCKS - 1,
            .first_usable_lba = 2 + g->array_blocks,
            .last_usable_lba = BLOCKS - 2 - g->array_blocks,
            .disk_guid = {1, 2, 3, {4}},
            .entries_lba = backup ? BLOCKS - 1 - g->array_blocks : 2,
            .entry_count = ENTRY_COUNT,
            .entry_size = entry_size,
        };
        *entry_at(g, lba, 0) = (struct gpt_entry){.type = EFI_PART_TYPE_EFI_SYSTEM_PART_GUID,
                                                  .unique = {5, 6, 7, {8}},
                                                  .first_lba = 1000,
                                                  .last_lba = 1999,
                                                  .name = {'E', 'S', 'P'}};
        *entry_at(g, lba, 14) = (struct gpt_entry){
            .type = {9}, .unique = {10}, .first_lba = 2000, .last_lba = 2000, .attributes = 4};
        seal(g, lba);
    }
}

static void expect_gpt(struct gpt_disk *g)
{
    struct partition_list list;
    assert_int_equal(partitions_read(&g->disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_GPT);
    assert_int_equal(list.count, 2);
    assert_int_equal(list.disk_guid.Data1, 1);
    assert_int_equal(list.items[0].number, 1);
    assert_int_equal(list.items[0].first_lba, 1000);
    assert_int_equal(list.items[0].block_count, 1000);
    assert_true(guid_equal(&list.items[0].type, GUID_OF(EFI_PART_TYPE_EFI_SYSTEM_PART)));
    assert_int_equal(list.items[0].unique.Data1, 5);
    assert_int_equal(list.items[0].name[2], 'P');
    assert_int_equal(list.items[1].number, 15);
    assert_int_equal(list.items[1].block_count, 1);
    assert_int_equal(list.items[1].attributes, 4);
    partitions_release(&list);
}

static void expect_corrupted(struct ramdisk *disk, const char *line)
{
    struct partition_list list;
    assert_int_equal(partitions_read(&disk->device, &list), EFI_VOLUME_CORRUPTED);
    expect_line(line);
}

static void test_gpt(void **state)
{
    static const struct {
        uint32_t block, entry_size;
    } cases[] = {{512, 128}, {4096, 128}, {512, 256}, {512, 1024}, {65536, 128}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpt_disk g;
        make_gpt(&g, cases[i].block, cases[i].entry_size);
        expect_gpt(&g);
        if (cases[i].entry_size == 128)
            assert_int_equal(g.disk.reads, 1);
        expect_line(NULL);

        /* Grown: the backup is no longer at the end. */
        g.disk.device.block_count--;
        expect_gpt(&g);
        g.disk.device.block_count++;
        header_at(&g, 1)->my_lba++;
        expect_gpt(&g);
        expect_line("ramdisk: the primary GPT is broken (bad header checksum), its backup is used");
        ramdisk_release(&g.disk);
    }
}

static void test_gpt_header(void **state)
{
    static const struct {
        size_t offset, size;
        uint64_t value;
        const char *problem;
    } cases[] = {
        {0, 1, 0, "no signature"},
        {12, 4, 91, "bad header size"},
        {12, 4, 513, "bad header size"},
        {12, 4, 0xffffffff, "bad header size"},
        {24, 8, 2, "it belongs to another block"},
        {48, 8, BLOCKS, "it is for a larger disk"},
        {48, 8, 3, "it is for a larger disk"},
        {72, 8, 1, "bad place of the entries"},
        {72, 8, BLOCKS - 5, "bad place of the entries"},
        {72, 8, UINT64_MAX, "bad place of the entries"},
        {80, 4, 0, "bad number of entries"},
        {80, 4, 0xffffffff, "bad number of entries"},
        {84, 4, 0, "bad entry size"},
        {84, 4, 64, "bad entry size"},
        {84, 4, 192, "bad entry size"},
        {84, 4, 8192, "bad entry size"},
        {88, 4, 0, "bad checksum of the entries"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpt_disk g;
        make_gpt(&g, 512, 128);
        uint8_t *header = (uint8_t *)header_at(&g, 1);
        memcpy(header + cases[i].offset, &cases[i].value, cases[i].size);
        header_at(&g, 1)->header_crc32 = 0;
        if (header_at(&g, 1)->header_size <= 512)
            header_at(&g, 1)->header_crc32 = crc32(header, header_at(&g, 1)->header_size);
        expect_gpt(&g);
        expect_line(cases[i].problem);

        *header_at(&g, BLOCKS - 1) = (struct gpt_header){0};
        expect_corrupted(&g.disk, cases[i].problem);
        ramdisk_release(&g.disk);
    }
}

static void test_gpt_entries(void **state)
{
    static const struct {
        uint64_t first, last;
        const char *line;
    } cases[] = {
        {1999, 2005, "ramdisk: GPT partitions 1 and 15 overlap"},
        {500, 3000, "ramdisk: GPT partitions 1 and 15 overlap"},
        {1000, 1999, "ramdisk: GPT partitions 1 and 15 overlap"},
        {33, 50, "ramdisk: GPT partition 15 is outside the disk"},
        {3000, BLOCKS - 1, "ramdisk: GPT partition 15 is outside the disk"},
        {3000, 2999, "ramdisk: GPT partition 15 is outside the disk"},
        {3000, UINT64_MAX, "ramdisk: GPT partition 15 is outside the disk"},
        {0, UINT64_MAX, "ramdisk: GPT partition 15 is outside the disk"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct gpt_disk g;
        make_gpt(&g, 512, 128);
        entry_at(&g, 1, 14)->first_lba = cases[i].first;
        entry_at(&g, 1, 14)->last_lba = cases[i].last;
        expect_gpt(&g); /* the backup: this array has a wrong checksum */
        expect_line("bad checksum of the entries");
        seal(&g, 1);
        expect_corrupted(&g.disk, cases[i].line);
        ramdisk_release(&g.disk);
    }
}

static void test_gpt_without_mbr(void **state)
{
    struct gpt_disk g;
    make_gpt(&g, 512, 128);
    memset(g.disk.data, 0, 512);
    expect_gpt(&g);
    expect_line("ramdisk: GPT without a protective MBR");
    /* What an MBR partitioned later left behind. */
    put_mbr_entry(&g.disk, 0, 0, 0x83, 100, 1000);
    struct partition_list list;
    assert_int_equal(partitions_read(&g.disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_MBR);
    partitions_release(&list);
    expect_line(NULL);
    ramdisk_release(&g.disk);
}

static void test_mbr(void **state)
{
    struct ramdisk disk;
    struct partition_list list;
    ramdisk_init(&disk, 512, BLOCKS);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    put_mbr_entry(&disk, 0, 0, 0, 0, 0);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    disk.data[MBR_DISK_SIGNATURE] = 0x42;
    put_mbr_entry(&disk, 0, 0, MBR_TYPE_EFI_SYSTEM, 64, 100);
    put_mbr_entry(&disk, 0, 2, MBR_TYPE_EXTENDED_LBA, 1000, 1000);
    put_mbr_entry(&disk, 1000, 0, 0x83, 2, 10);
    put_mbr_entry(&disk, 1000, 1, MBR_TYPE_EXTENDED, 100, 100);
    put_mbr_entry(&disk, 1100, 0, 0x82, 1, 99);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_MBR);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.items[0].number, 1);
    assert_int_equal(list.items[0].mbr.os_type, MBR_TYPE_EFI_SYSTEM);
    assert_int_equal(list.items[0].disk_signature, 0x42);
    assert_int_equal(list.items[1].number, 5);
    assert_int_equal(list.items[1].first_lba, 1002);
    assert_int_equal(list.items[2].number, 6);
    assert_int_equal(list.items[2].first_lba, 1101);
    partitions_release(&list);
    expect_line(NULL);

    put_mbr_entry(&disk, 1100, 1, MBR_TYPE_EXTENDED, 100, 100); /* to itself */
    expect_corrupted(&disk, "ramdisk: the chain of logical partitions does not end");
    put_mbr_entry(&disk, 1100, 0, 0, 0, 0);
    expect_corrupted(&disk, "ramdisk: the chain of logical partitions does not end");
    put_mbr_entry(&disk, 1100, 1, MBR_TYPE_EXTENDED, 1000, 100);
    expect_corrupted(&disk, "ramdisk: logical partition 6 is outside the disk");
    put_mbr_entry(&disk, 0, 1, 0x83, 100, 100);
    put_mbr_entry(&disk, 0, 2, 0, 0, 0);
    expect_corrupted(&disk, "ramdisk: MBR partitions 1 and 2 overlap");
    put_mbr_entry(&disk, 0, 1, 0x83, 4000, 1000);
    expect_corrupted(&disk, "ramdisk: MBR partition 2 is outside the disk");
    put_mbr_entry(&disk, 0, 1, 0x83, 0xffffffff, 0xffffffff);
    expect_corrupted(&disk, "ramdisk: MBR partition 2 is outside the disk");

    disk.error_lba = 0;
    assert_int_equal(partitions_read(&disk.device, &list), EFI_DEVICE_ERROR);
    expect_line("ramdisk: cannot read the partition table");
    disk.error_lba = RAMDISK_NEVER;
    disk.silent = true;
    assert_int_equal(partitions_read(&disk.device, &list), EFI_TIMEOUT);
    expect_line("ramdisk: no answer");
    ramdisk_release(&disk);
}

static void test_superfloppy(void **state)
{
    struct ramdisk disk;
    struct partition_list list;
    struct file_system *file_system;
    ramdisk_init(&disk, 512, 400);
    fat_format(disk.data, 400 * 512, 12, 512);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    memset(disk.data + 440, 'x', 70); /* text of a boot sector */
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    put_mbr_entry(&disk, 0, 0, 0x01, 0, 400); /* mkfs.vfat --mbr */
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    assert_int_equal(fat_mount(&disk.device, &file_system), EFI_SUCCESS);
    file_system->operations->unmount(file_system);
    ramdisk_release(&disk);

    ramdisk_init(&disk, 512, 0); /* no medium */
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    ramdisk_release(&disk);
    ramdisk_init(&disk, 512, 1);
    put_mbr_entry(&disk, 0, 0, MBR_TYPE_PROTECTIVE, 1, 0xffffffff);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_NOT_FOUND);
    ramdisk_release(&disk);
    expect_line(NULL);
}

/* A catalogue with a BIOS image and an EFI image, as xorriso writes it. */
static void put_el_torito(struct ramdisk *disk, uint32_t efi_lba, uint16_t efi_sectors)
{
    uint8_t *descriptor = disk->data + EL_TORITO_DESCRIPTOR * ISO9660_SECTOR_SIZE;
    memcpy(descriptor + 1, ISO9660_IDENTIFIER, 5);
    descriptor[6] = 1;
    memcpy(descriptor + 7, EL_TORITO_IDENTIFIER, sizeof EL_TORITO_IDENTIFIER);
    descriptor[0x47] = 20;
    uint8_t *catalog = disk->data + 20 * ISO9660_SECTOR_SIZE;
    struct el_torito_validation validation = {.header_id = EL_TORITO_VALIDATION,
                                              .key = EL_TORITO_KEY};
    uint16_t words[16], sum = 0;
    memcpy(words, &validation, sizeof words);
    for (size_t i = 0; i < 16; i++)
        sum = (uint16_t)(sum + words[i]);
    validation.checksum = (uint16_t)-sum;
    struct el_torito_entry bios = {.indicator = EL_TORITO_BOOTABLE, .sector_count = 4, .lba = 21};
    struct el_torito_header header = {
        .indicator = EL_TORITO_HEADER_LAST, .platform = EL_TORITO_PLATFORM_EFI, .entry_count = 1};
    struct el_torito_entry efi = {
        .indicator = EL_TORITO_BOOTABLE, .sector_count = efi_sectors, .lba = efi_lba};
    memcpy(catalog, &validation, 32);
    memcpy(catalog + 32, &bios, 32);
    memcpy(catalog + 64, &header, 32);
    memcpy(catalog + 96, &efi, 32);
}

static void test_el_torito(void **state)
{
    static const uint32_t blocks[] = {512, 2048, 4096};
    for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
        struct ramdisk disk;
        struct partition_list list;
        uint32_t block = blocks[i], image = 400 * 512;
        ramdisk_init(&disk, block, (1 << 20) / block);
        put_el_torito(&disk, 100, 400);
        fat_format(disk.data + 100 * 2048, image, 12, 512);
        assert_int_equal(partitions_read(&disk.device, &list), EFI_SUCCESS);
        assert_int_equal(list.kind, PARTITION_EL_TORITO);
        assert_int_equal(list.count, 1);
        assert_int_equal(list.items[0].number, 1);
        assert_int_equal(list.items[0].first_lba, 100 * 2048 / block);
        assert_int_equal(list.items[0].block_count, image / block);
        assert_int_equal(list.items[0].catalog_lba, 100);
        assert_int_equal(list.items[0].catalog_sectors, 400);

        struct partition_device device;
        struct file_system *file_system;
        partition_device_init(&device, &disk.device, &list.items[0]);
        assert_string_equal(device.device.name, "ramdisk boot image 1");
        assert_int_equal(fat_mount(&device.device, &file_system), EFI_SUCCESS);
        file_system->operations->unmount(file_system);
        partitions_release(&list);

        put_el_torito(&disk, 100, 1); /* to the end */
        assert_int_equal(partitions_read(&disk.device, &list), EFI_SUCCESS);
        assert_int_equal(list.items[0].block_count, disk.device.block_count - 100 * 2048 / block);
        partitions_release(&list);

        /* Outside: the BIOS image is left, when it begins with a block. */
        put_el_torito(&disk, 512, 400);
        EFI_STATUS status = partitions_read(&disk.device, &list);
        assert_int_equal(status, block == 4096 ? EFI_NOT_FOUND : EFI_SUCCESS);
        if (!EFI_ERROR(status)) {
            assert_int_equal(list.items[0].number, 0);
            partitions_release(&list);
        }
        log_lines.count = 0;

        disk.data[20 * 2048 + 30] ^= 1;
        expect_corrupted(&disk, "ramdisk: the boot catalogue is broken");
        ramdisk_release(&disk);
    }
}

/* A Debian hybrid image: El Torito, an MBR whose partitions lie inside each other, a GPT that says
 * the same. */
static void test_hybrid(void **state)
{
    struct gpt_disk g;
    struct partition_list list;
    make_gpt(&g, 512, 128);
    entry_at(&g, 1, 14)->first_lba = 100;
    entry_at(&g, 1, 14)->last_lba = 3000;
    header_at(&g, 1)->first_usable_lba = 34;
    seal(&g, 1);
    memset(g.disk.data, 0, 512);
    put_mbr_entry(&g.disk, 0, 0, 0x17, 1, BLOCKS - 1);
    put_mbr_entry(&g.disk, 0, 1, MBR_TYPE_EFI_SYSTEM, 400, 400);
    put_el_torito(&g.disk, 100, 400);
    assert_int_equal(partitions_read(&g.disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_EL_TORITO);
    assert_int_equal(list.items[0].first_lba, 400);
    partitions_release(&list);
    expect_line(NULL);

    /* With a protective MBR the GPT counts, and when it is broken, El Torito. */
    put_mbr_entry(&g.disk, 0, 0, MBR_TYPE_PROTECTIVE, 1, BLOCKS - 1);
    assert_int_equal(partitions_read(&g.disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_EL_TORITO);
    partitions_release(&list);
    expect_line("overlap");
    entry_at(&g, 1, 14)->first_lba = 2000;
    seal(&g, 1);
    assert_int_equal(partitions_read(&g.disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_GPT);
    partitions_release(&list);

    /* As a CD-ROM has it: no GPT where blocks of 2048 bytes would have one. */
    memset(header_at(&g, 1), 0, 512);
    memset(header_at(&g, BLOCKS - 1), 0, 512);
    assert_int_equal(partitions_read(&g.disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.kind, PARTITION_EL_TORITO);
    partitions_release(&list);
    expect_line(NULL);
    ramdisk_release(&g.disk);
}

static void test_device(void **state)
{
    struct ramdisk disk;
    struct partition_device device;
    struct partition partition = {
        .kind = PARTITION_GPT, .number = 3, .first_lba = 10, .block_count = 5};
    uint8_t buffer[1024];
    ramdisk_init(&disk, 512, 100);
    disk.asynchronous = true;
    partition_device_init(&device, &disk.device, &partition);
    assert_string_equal(device.device.name, "ramdisk partition 3");
    memset(buffer, 0x33, sizeof buffer);
    assert_int_equal(block_write(&device.device, 3, buffer, 1024), EFI_SUCCESS);
    assert_int_equal(disk.data[13 * 512 - 1], 0);
    assert_int_equal(disk.data[13 * 512], 0x33);
    assert_int_equal(disk.data[15 * 512 - 1], 0x33);
    assert_int_equal(disk.data[15 * 512], 0);
    assert_int_equal(block_write(&device.device, 4, buffer, 1024), EFI_INVALID_PARAMETER);
    assert_int_equal(block_read(&device.device, 5, buffer, 512), EFI_INVALID_PARAMETER);
    assert_int_equal(block_erase(&device.device, 0, 5), EFI_SUCCESS);
    assert_int_equal(disk.data[10 * 512], 0xee);
    assert_int_equal(block_flush(&device.device), EFI_SUCCESS);

    /* Around the synchronous helpers' own checks. */
    struct block_segment segment = {buffer, 512};
    struct block_request request = {.lba = UINT64_MAX, .segments = &segment, .segment_count = 1};
    assert_int_equal(device.device.operations->submit(&device.device, &request),
                     EFI_INVALID_PARAMETER);
    request.lba = 5;
    assert_int_equal(device.device.operations->submit(&device.device, &request),
                     EFI_INVALID_PARAMETER);
    request.lba = 0;
    segment.size = 100;
    assert_int_equal(device.device.operations->submit(&device.device, &request),
                     EFI_INVALID_PARAMETER);
    ramdisk_release(&disk);
}

/* Other people's tables. */
static void test_tools(void **state)
{
    char path[] = "/tmp/cloudhv-disk-XXXXXX", command[512];
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(ftruncate(descriptor, 16 << 20), 0);
    close(descriptor);
    snprintf(command, sizeof command,
             "PATH=$PATH:/sbin:/usr/sbin; command -v sgdisk >/dev/null && sgdisk -n 1:2048:+4M -t "
             "1:ef00 "
             "-c 1:'EFI System' -n 14:0:+1M -t 14:ef02 -n 3:0:0 %s >/dev/null",
             path);
    if (system(command) != 0) {
        unlink(path);
        skip();
    }
    struct ramdisk disk;
    struct partition_list list;
    assert_true(ramdisk_load(&disk, 512, path));
    unlink(path);
    assert_int_equal(partitions_read(&disk.device, &list), EFI_SUCCESS);
    assert_int_equal(list.count, 3);
    assert_int_equal(list.items[0].first_lba, 2048);
    assert_int_equal(list.items[0].block_count, 8192);
    assert_true(guid_equal(&list.items[0].type, GUID_OF(EFI_PART_TYPE_EFI_SYSTEM_PART)));
    assert_int_equal(list.items[0].name[4], 'S');
    assert_int_equal(list.items[1].number, 3);
    assert_int_equal(list.items[2].number, 14);
    partitions_release(&list);
    expect_line(NULL);
    ramdisk_release(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_gpt),         LOG_TEST(test_gpt_header),
        LOG_TEST(test_gpt_entries), LOG_TEST(test_gpt_without_mbr),
        LOG_TEST(test_mbr),         LOG_TEST(test_superfloppy),
        LOG_TEST(test_el_torito),   LOG_TEST(test_hybrid),
        LOG_TEST(test_device),      LOG_TEST(test_tools),
    };
    return cmocka_run_group_tests(tests, log_lines_start, NULL);
}
