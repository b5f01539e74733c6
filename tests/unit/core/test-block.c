/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/block.h"
#include "host/pool.h"
#include "lib/memory.h"
#include "models/cpu.h"
#include "models/ramdisk.h"

#define BLOCKS 16

static void fill(struct ramdisk *disk)
{
    for (size_t i = 0; i < disk->device.block_count * disk->device.block_size; i++)
        disk->data[i] = (uint8_t)(i * 7 + i / 256);
}

static void test_blocks(void **state)
{
    struct ramdisk disk;
    ramdisk_init(&disk, 512, BLOCKS);
    fill(&disk);
    for (unsigned asynchronous = 0; asynchronous < 2; asynchronous++) {
        disk.asynchronous = asynchronous;
        uint8_t buffer[1024];
        assert_int_equal(block_read(&disk.device, 3, buffer, sizeof buffer), EFI_SUCCESS);
        assert_memory_equal(buffer, disk.data + 3 * 512, sizeof buffer);
        memset(buffer, 0x5a, sizeof buffer);
        assert_int_equal(block_write(&disk.device, BLOCKS - 2, buffer, sizeof buffer), EFI_SUCCESS);
        assert_memory_equal(buffer, disk.data + (BLOCKS - 2) * 512, sizeof buffer);
        assert_int_equal(block_flush(&disk.device), EFI_SUCCESS);
        assert_int_equal(block_erase(&disk.device, 1, 2), EFI_SUCCESS);
        assert_int_equal(disk.data[512], 0xee);
        assert_int_equal(disk.data[3 * 512 - 1], 0xee);
    }
    assert_int_equal(disk.flushes, 2);
    disk.device.volatile_cache = false;
    assert_int_equal(block_flush(&disk.device), EFI_SUCCESS);
    assert_int_equal(disk.flushes, 2);
    ramdisk_release(&disk);
}

static void test_limits(void **state)
{
    struct ramdisk disk;
    ramdisk_init(&disk, 512, BLOCKS);
    uint8_t buffer[1024] = {0};
    assert_int_equal(block_read(&disk.device, 0, buffer, 511), EFI_INVALID_PARAMETER);
    assert_int_equal(block_read(&disk.device, BLOCKS - 1, buffer, 1024), EFI_INVALID_PARAMETER);
    assert_int_equal(block_read(&disk.device, UINT64_MAX, buffer, 512), EFI_INVALID_PARAMETER);
    assert_int_equal(block_write(&disk.device, BLOCKS, buffer, 512), EFI_INVALID_PARAMETER);
    assert_int_equal(block_erase(&disk.device, 1, UINT64_MAX), EFI_INVALID_PARAMETER);
    assert_int_equal(block_read(&disk.device, BLOCKS, buffer, 0), EFI_SUCCESS);
    assert_int_equal(block_read_bytes(&disk.device, BLOCKS * 512 - 1, buffer, 2),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(block_read_bytes(&disk.device, UINT64_MAX, buffer, 2), EFI_INVALID_PARAMETER);
    assert_int_equal(block_write_bytes(&disk.device, UINT64_MAX - 1, buffer, 1),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(block_read_bytes(&disk.device, BLOCKS * 512 - 1, buffer, 1), EFI_SUCCESS);
    assert_int_equal(disk.writes, 0);

    disk.device.can_erase = false;
    assert_int_equal(block_erase(&disk.device, 0, 1), EFI_UNSUPPORTED);
    disk.device.read_only = true;
    assert_int_equal(block_write(&disk.device, 0, buffer, 512), EFI_WRITE_PROTECTED);
    assert_int_equal(block_write_bytes(&disk.device, 0, buffer, 5), EFI_WRITE_PROTECTED);
    assert_int_equal(block_erase(&disk.device, 0, 1), EFI_WRITE_PROTECTED);
    ramdisk_release(&disk);
}

static void test_failures(void **state)
{
    struct ramdisk disk;
    ramdisk_init(&disk, 512, BLOCKS);
    uint8_t buffer[2048] = {0};
    disk.error_lba = 5;
    assert_int_equal(block_read(&disk.device, 4, buffer, 1024), EFI_DEVICE_ERROR);
    assert_int_equal(block_read(&disk.device, 6, buffer, 1024), EFI_SUCCESS);
    assert_int_equal(block_read_bytes(&disk.device, 4 * 512 + 1, buffer, 600), EFI_DEVICE_ERROR);
    assert_int_equal(block_write_bytes(&disk.device, 5 * 512 + 1, buffer, 600), EFI_DEVICE_ERROR);
    assert_int_equal(disk.writes, 0);

    host_fail_allocation_after(0);
    assert_int_equal(block_read_bytes(&disk.device, 1, buffer, 1), EFI_OUT_OF_RESOURCES);
    assert_int_equal(block_read_bytes(&disk.device, 0, buffer, 1024), EFI_SUCCESS);
    host_fail_allocation_after(SIZE_MAX);

    disk.silent = true;
    assert_int_equal(block_read(&disk.device, 0, buffer, 512), EFI_TIMEOUT);
    assert_true(disk.dead);
    assert_int_equal(block_read(&disk.device, 0, buffer, 512), EFI_DEVICE_ERROR);
    ramdisk_release(&disk);
}

static const struct block_operations *usual;

/* Somebody looks often, and every 20 seconds there is something. */
static void slow_poll(struct block_device *device)
{
    static unsigned looks;
    if (++looks % 3000 != 0)
        return;
    fake_cpu.tsc += 20000000000;
    usual->poll(device);
}

/* What waits behind others of a disk that is slow, but not silent. */
static void test_slow(void **state)
{
    enum { COUNT = 4 };
    struct ramdisk disk;
    uint8_t buffers[COUNT][512];
    struct block_segment segments[COUNT];
    struct block_pending pending[COUNT];
    fake_cpu_reset();
    ramdisk_init(&disk, 512, BLOCKS);
    disk.asynchronous = true;
    usual = disk.device.operations;
    struct block_operations slow = *usual;
    slow.poll = slow_poll;
    disk.device.operations = &slow;
    for (size_t i = 0; i < COUNT; i++) {
        segments[i] = (struct block_segment){buffers[i], sizeof buffers[i]};
        pending[i] = (struct block_pending){
            .request = {
                .operation = BLOCK_READ, .lba = i, .segments = &segments[i], .segment_count = 1}};
        assert_int_equal(block_start(&disk.device, &pending[i]), EFI_SUCCESS);
    }
    for (size_t i = 0; i < COUNT; i++) /* the first one comes last */
        assert_int_equal(block_wait(&disk.device, &pending[i]), EFI_SUCCESS);
    assert_false(disk.dead);
    ramdisk_release(&disk);
}

/* Every offset and length around the borders of blocks, against memcpy. */
static void test_bytes(void **state)
{
    static const uint32_t block_sizes[] = {512, 4096};
    for (size_t b = 0; b < ARRAY_SIZE(block_sizes); b++) {
        size_t block = block_sizes[b], total = BLOCKS * block;
        struct ramdisk disk;
        ramdisk_init(&disk, (uint32_t)block, BLOCKS);
        fill(&disk);
        uint8_t *expected = malloc(total);
        const size_t edges[] = {0,         1,         block - 1, block,         block + 1,
                                block + 7, 2 * block, 3 * block, 3 * block + 9, 4 * block - 1};
        for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
            for (size_t j = 0; j < ARRAY_SIZE(edges); j++) {
                size_t offset = edges[i], size = edges[j];
                uint8_t *buffer = malloc(size > 0 ? size : 1); /* exact, for ASan */
                unsigned before = disk.reads;
                assert_int_equal(block_read_bytes(&disk.device, offset, buffer, size), EFI_SUCCESS);
                assert_int_equal(disk.reads - before, size > 0);
                assert_memory_equal(buffer, disk.data + offset, size);

                memcpy(expected, disk.data, total);
                memset(buffer, (int)(i * 16 + j), size);
                memcpy(expected + offset, buffer, size);
                before = disk.writes;
                assert_int_equal(block_write_bytes(&disk.device, offset, buffer, size),
                                 EFI_SUCCESS);
                assert_int_equal(disk.writes - before, size > 0);
                assert_memory_equal(expected, disk.data, total);
                free(buffer);
            }
        }
        free(expected);
        ramdisk_release(&disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_slow),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
