/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Block I/O, Disk I/O and their asynchronous versions, and what partitions make of a disk. */
#include "efi/protocol/partition_info.h"
#include "efi/timer.h"
#include "lib/ucs2.h"
#include "unit/efi/disk-fixture.h"

static uint8_t buffer[16 * BLOCK];

static void pass_ms(uint64_t ms)
{
    uint64_t end = fake_cpu.tsc + ms * 1000000;
    while (fake_cpu.tsc < end) {
        fake_cpu.tsc += 10000;
        fake_apic_poll();
    }
}

static void checks_of_block_io(void **state)
{
    EFI_BLOCK_IO_PROTOCOL *io = &disk->block_io;
    uint32_t id = io->Media->MediaId;
    assert_int_equal(io->Media->LastBlock, DISK_BLOCKS - 1);
    assert_int_equal(io->ReadBlocks(io, id + 1, 0, BLOCK, buffer), EFI_MEDIA_CHANGED);
    assert_int_equal(io->ReadBlocks(io, id, 0, BLOCK - 1, buffer), EFI_BAD_BUFFER_SIZE);
    assert_int_equal(io->ReadBlocks(io, id, DISK_BLOCKS, BLOCK, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadBlocks(io, id, DISK_BLOCKS - 1, 2 * BLOCK, buffer),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadBlocks(io, id, UINT64_MAX, BLOCK, buffer), EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadBlocks(io, id, UINT64_MAX / BLOCK + 1, BLOCK, buffer),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadBlocks(io, id, 0, BLOCK, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(ram.reads, 0);
    assert_int_equal(io->ReadBlocks(io, id, 0, 0, NULL), EFI_SUCCESS);
    assert_int_equal(io->ReadBlocks(io, id, 0, BLOCK, buffer), EFI_SUCCESS);
    assert_memory_equal(buffer, ram.data, BLOCK);
    ram.device.read_only = true;
    assert_int_equal(io->WriteBlocks(io, id, 0, BLOCK, buffer), EFI_WRITE_PROTECTED);
    ram.device.read_only = false;
    assert_int_equal(io->WriteBlocks(io, id, 1, BLOCK, buffer), EFI_SUCCESS);
    assert_memory_equal(ram.data + BLOCK, ram.data, BLOCK);
    assert_int_equal(io->FlushBlocks(io), EFI_SUCCESS);

    ram.device.media_id++;
    ram.device.block_count--;
    assert_int_equal(io->ReadBlocks(io, id, 0, BLOCK, buffer), EFI_MEDIA_CHANGED);
    assert_int_equal(io->Media->MediaId, id + 1);
    assert_int_equal(io->Media->LastBlock, DISK_BLOCKS - 2);
}

/* Partitions and file systems are those of the medium that is there. */
static void another_medium_is_looked_at(void **state)
{
    EFI_BLOCK_IO_PROTOCOL *io = &disk->block_io;
    connect_disk();
    assert_non_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));
    uint8_t mbr[BLOCK];
    memcpy(mbr, ram.data, BLOCK);
    memset(ram.data, 0, BLOCK);
    ram.device.media_id++;
    assert_int_equal(io->ReadBlocks(io, ram.device.media_id - 1, 0, BLOCK, buffer),
                     EFI_MEDIA_CHANGED);
    assert_null(child_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL)));
    assert_int_equal(io->ReadBlocks(io, ram.device.media_id, 0, BLOCK, buffer), EFI_SUCCESS);

    ram.device.media_id++;
    ram.device.no_medium = true;
    assert_int_equal(io->ReadBlocks(io, ram.device.media_id, 0, BLOCK, buffer), EFI_NO_MEDIA);
    assert_false(io->Media->MediaPresent);
    memcpy(ram.data, mbr, BLOCK);
    ram.device.media_id++;
    ram.device.no_medium = false;
    assert_int_equal(io->ReadBlocks(io, ram.device.media_id, 0, BLOCK, buffer), EFI_SUCCESS);
    assert_true(io->Media->MediaPresent);
    assert_non_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));

    /* An open file keeps what is there. */
    EFI_HANDLE volume = child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *protocol =
        handle_interface(volume, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    EFI_FILE_PROTOCOL *root;
    assert_int_equal(protocol->OpenVolume(protocol, &root), EFI_SUCCESS);
    ram.device.media_id++;
    assert_int_equal(io->ReadBlocks(io, ram.device.media_id, 0, BLOCK, buffer), EFI_SUCCESS);
    assert_ptr_equal(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)), volume);
    assert_int_equal(root->Close(root), EFI_SUCCESS);
}

static void a_disk_has_a_name(void **state)
{
    char16_t expected[32];
    ucs2_from_ascii(expected, ARRAY_SIZE(expected), "ramdisk");
    assert_memory_equal(disk_name(disk), expected, ucs2_size(expected));
    block_set_serial(&ram.device, " data-7 ", 8);
    ucs2_from_ascii(expected, ARRAY_SIZE(expected), "ramdisk data-7");
    assert_memory_equal(disk_name(disk), expected, ucs2_size(expected));
}

static void blocks_are_erased(void **state)
{
    EFI_ERASE_BLOCK_PROTOCOL *erase =
        handle_interface(disk_handle, GUID_OF(EFI_ERASE_BLOCK_PROTOCOL));
    assert_non_null(erase);
    assert_int_equal(erase->EraseLengthGranularity, 1);
    uint32_t id = disk->media.MediaId;
    assert_int_equal(erase->EraseBlocks(erase, id + 1, 3, NULL, BLOCK), EFI_MEDIA_CHANGED);
    assert_int_equal(erase->EraseBlocks(erase, id, 3, NULL, BLOCK + 1), EFI_INVALID_PARAMETER);
    assert_int_equal(erase->EraseBlocks(erase, id, DISK_BLOCKS, NULL, BLOCK),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(ram.erases, 0);
    assert_int_equal(erase->EraseBlocks(erase, id, 3, NULL, 2 * BLOCK), EFI_SUCCESS);
    assert_int_equal(ram.erases, 1);
    assert_int_equal(ram.data[3 * BLOCK], 0xee);
    EFI_ERASE_BLOCK_TOKEN token = {.TransactionStatus = EFI_NOT_READY};
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &token.Event), EFI_SUCCESS);
    assert_int_equal(erase->EraseBlocks(erase, id, 3, &token, BLOCK), EFI_SUCCESS);
    assert_int_equal(efi_check_event(token.Event), EFI_SUCCESS);
    assert_int_equal(token.TransactionStatus, EFI_SUCCESS);
    assert_int_equal(efi_close_event(token.Event), EFI_SUCCESS);
    ram.device.read_only = true;
    assert_int_equal(erase->EraseBlocks(erase, id, 3, NULL, BLOCK), EFI_WRITE_PROTECTED);
}

static void bytes_at_any_offset(void **state)
{
    EFI_DISK_IO_PROTOCOL *io = &disk->disk_io;
    const uint64_t size = (uint64_t)DISK_BLOCKS * BLOCK;
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] = (uint8_t)(i * 7);
    assert_int_equal(io->WriteDisk(io, disk->media.MediaId, 10 * BLOCK - 3, 2 * BLOCK + 5, buffer),
                     EFI_SUCCESS);
    assert_memory_equal(ram.data + 10 * BLOCK - 3, buffer, 2 * BLOCK + 5);
    assert_int_equal(ram.data[10 * BLOCK - 4], 0);
    assert_int_equal(ram.data[12 * BLOCK + 2], 0);
    uint8_t back[BLOCK];
    assert_int_equal(io->ReadDisk(io, disk->media.MediaId, 11 * BLOCK - 1, 3, back), EFI_SUCCESS);
    assert_memory_equal(back, buffer + BLOCK + 2, 3);
    assert_int_equal(io->ReadDisk(io, disk->media.MediaId, size - 1, 2, back),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadDisk(io, disk->media.MediaId, UINT64_MAX, 2, back),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(io->ReadDisk(io, disk->media.MediaId, size - 1, 1, back), EFI_SUCCESS);
}

static EFI_BLOCK_IO2_TOKEN token(void)
{
    EFI_BLOCK_IO2_TOKEN new = {.TransactionStatus = 0x55};
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &new.Event), EFI_SUCCESS);
    return new;
}

/* Not yet; then finished with `status`. */
static void expect_completion(EFI_BLOCK_IO2_TOKEN *t, EFI_STATUS status)
{
    assert_int_equal(t->TransactionStatus, EFI_NOT_READY);
    assert_int_equal(efi_check_event(t->Event), EFI_NOT_READY);
    pass_ms(2);
    assert_int_equal(efi_check_event(t->Event), EFI_SUCCESS);
    assert_int_equal(t->TransactionStatus, status);
    assert_int_equal(efi_close_event(t->Event), EFI_SUCCESS);
}

static void asynchronous_requests(void **state)
{
    EFI_BLOCK_IO2_PROTOCOL *io = &disk->block_io2;
    uint32_t id = disk->media.MediaId;
    EFI_BLOCK_IO2_TOKEN first = token(), second = token(), third = token(), flush = token();
    ram.asynchronous = true;
    ram.error_lba = 9;
    assert_int_equal(io->ReadBlocksEx(io, id, 0, &first, BLOCK, buffer), EFI_SUCCESS);
    assert_int_equal(io->ReadBlocksEx(io, id, 9, &second, BLOCK, buffer + BLOCK), EFI_SUCCESS);
    assert_int_equal(io->FlushBlocksEx(io, &flush), EFI_SUCCESS);
    assert_int_equal(io->ReadBlocksEx(io, id, DISK_BLOCKS, &third, BLOCK, buffer),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(third.TransactionStatus, 0x55);
    assert_int_equal(efi_close_event(third.Event), EFI_SUCCESS);
    assert_int_equal(second.TransactionStatus, EFI_NOT_READY);
    expect_completion(&first, EFI_SUCCESS);
    assert_int_equal(efi_check_event(second.Event), EFI_SUCCESS);
    assert_int_equal(second.TransactionStatus, EFI_DEVICE_ERROR);
    assert_int_equal(flush.TransactionStatus, EFI_SUCCESS);
    assert_memory_equal(buffer, ram.data, BLOCK);
    efi_close_event(second.Event);
    efi_close_event(flush.Event);

    /* Nothing is under way: the timer is quiet. */
    uint64_t interrupts = fake_apic.interrupts;
    pass_ms(20);
    assert_in_range(fake_apic.interrupts, interrupts, interrupts + 1);
}

static void requests_in_flight_end_with_the_disk(void **state)
{
    EFI_DISK_IO2_PROTOCOL *io = &disk->disk_io2;
    EFI_BLOCK_IO2_TOKEN slow = token();
    EFI_DISK_IO2_TOKEN lost = {.TransactionStatus = 0x55};
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &lost.Event), EFI_SUCCESS);
    ram.asynchronous = true;
    assert_int_equal(disk->block_io2.ReadBlocksEx(&disk->block_io2, disk->media.MediaId, 0, &slow,
                                                  BLOCK, buffer),
                     EFI_SUCCESS);
    assert_int_equal(disk->block_io2.Reset(&disk->block_io2, false), EFI_SUCCESS);
    assert_int_equal(slow.TransactionStatus, EFI_SUCCESS);
    assert_int_equal(efi_check_event(slow.Event), EFI_SUCCESS);

    ram.silent = true;
    fake_cpu.tsc_step = 100000000; /* the half minute is over soon */
    assert_int_equal(io->ReadDiskEx(io, disk->media.MediaId, BLOCK, &lost, BLOCK, buffer),
                     EFI_SUCCESS);
    assert_int_equal(lost.TransactionStatus, EFI_NOT_READY);
    assert_int_equal(io->Cancel(io), EFI_SUCCESS);
    assert_int_equal(lost.TransactionStatus, EFI_ABORTED);
    assert_int_equal(efi_check_event(lost.Event), EFI_SUCCESS);
    efi_close_event(slow.Event);
    efi_close_event(lost.Event);
}

static void unaligned_requests_finish_at_once(void **state)
{
    EFI_DISK_IO2_PROTOCOL *io = &disk->disk_io2;
    EFI_DISK_IO2_TOKEN t = {.TransactionStatus = 0x55};
    assert_int_equal(efi_create_event(0, 0, NULL, NULL, &t.Event), EFI_SUCCESS);
    assert_int_equal(io->ReadDiskEx(io, disk->media.MediaId, 510, &t, 2, buffer), EFI_SUCCESS);
    assert_int_equal(t.TransactionStatus, EFI_SUCCESS);
    assert_int_equal(efi_check_event(t.Event), EFI_SUCCESS);
    assert_memory_equal(buffer, "\x55\xaa", 2);
    efi_close_event(t.Event);
}

static void a_partition_is_a_disk(void **state)
{
    connect_disk();
    EFI_HANDLE child = child_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    assert_non_null(child);
    EFI_BLOCK_IO_PROTOCOL *io = handle_interface(child, GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    assert_true(io->Media->LogicalPartition);
    assert_int_equal(io->Media->LastBlock, PARTITION_SIZE - 1);
    assert_int_equal(io->ReadBlocks(io, io->Media->MediaId, 0, BLOCK, buffer), EFI_SUCCESS);
    assert_memory_equal(buffer, ram.data + PARTITION_LBA * BLOCK, BLOCK);
    assert_int_equal(io->ReadBlocks(io, io->Media->MediaId, PARTITION_SIZE, BLOCK, buffer),
                     EFI_INVALID_PARAMETER);

    const EFI_DEVICE_PATH_PROTOCOL *path =
        handle_interface(child, GUID_OF(EFI_DEVICE_PATH_PROTOCOL));
    assert_true(device_path_begins_with(path, &disk_path.vendor.Header));
    const HARDDRIVE_DEVICE_PATH *node =
        (const void *)((const char *)path + sizeof disk_path.vendor);
    assert_int_equal(node->Header.SubType, MEDIA_HARDDRIVE_DP);
    assert_int_equal(node->PartitionNumber, 1);
    assert_int_equal(node->PartitionStart, PARTITION_LBA);
    assert_memory_equal(node->Signature, "SIGN\0\0\0\0\0\0\0\0\0\0\0", 16);
    assert_non_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));

    const EFI_PARTITION_INFO_PROTOCOL *info =
        handle_interface(child, GUID_OF(EFI_PARTITION_INFO_PROTOCOL));
    assert_int_equal(info->Revision, EFI_PARTITION_INFO_PROTOCOL_REVISION);
    assert_int_equal(info->Type, PARTITION_TYPE_MBR);
    assert_int_equal(info->System, 1);
    assert_memory_equal(info->Info.Mbr, ram.data + 446, 16);
    assert_null(handle_interface(disk_handle, GUID_OF(EFI_PARTITION_INFO_PROTOCOL)));

    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, child), EFI_SUCCESS);
    assert_null(child_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL)));
    connect_disk();
    assert_non_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));
}

/* The other one stays, with its handle. */
static void one_partition_goes_and_comes_back(void **state)
{
    uint8_t *second = ram.data + 446 + 16;
    memcpy(second, ram.data + 446, 16);
    second[8] = 1; /* at the second block */
    second[9] = second[10] = second[11] = 0;
    memcpy(second + 12, &(uint32_t){4}, 4);
    connect_disk();
    size_t all = count_handles();
    EFI_HANDLE child = child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL));
    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, child), EFI_SUCCESS);
    assert_int_equal(count_handles(), all - 1);
    EFI_HANDLE other = child_with(GUID_OF(EFI_BLOCK_IO_PROTOCOL));
    assert_non_null(other);
    connect_disk();
    assert_int_equal(count_handles(), all);
    assert_true(handle_is_valid(other));
    assert_non_null(child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)));
    assert_int_equal(efi_connect_controller(disk_handle, NULL, NULL, false), EFI_NOT_FOUND);
    assert_int_equal(efi_disconnect_controller(disk_handle, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(count_handles(), handles_before + 1);
}

/* Whatever allocation fails: no crash, and disconnecting takes away all that there is. */
static void memory_runs_out(void **state)
{
    size_t connected = 0;
    for (size_t n = 0; n < 200 && connected == 0; n++) {
        host_fail_allocation_after(n);
        (void)efi_connect_controller(disk_handle, NULL, NULL, true);
        host_fail_allocation_after(SIZE_MAX);
        if (child_with(GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL)) != NULL)
            connected = n;
        assert_int_equal(efi_disconnect_controller(disk_handle, NULL, NULL), EFI_SUCCESS);
        assert_int_equal(count_handles(), handles_before + 1);
    }
    assert_true(connected > 10);
}

int main(void)
{
    if (!fixture_has_tools())
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(checks_of_block_io, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(another_medium_is_looked_at, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(a_disk_has_a_name, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(blocks_are_erased, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(bytes_at_any_offset, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(asynchronous_requests, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(requests_in_flight_end_with_the_disk, disk_setup,
                                        disk_teardown),
        cmocka_unit_test_setup_teardown(unaligned_requests_finish_at_once, disk_setup,
                                        disk_teardown),
        cmocka_unit_test_setup_teardown(a_partition_is_a_disk, disk_setup, disk_teardown),
        cmocka_unit_test_setup_teardown(one_partition_goes_and_comes_back, disk_setup,
                                        disk_teardown),
        cmocka_unit_test_setup_teardown(memory_runs_out, disk_setup, disk_teardown),
    };
    return cmocka_run_group_tests(tests, install_bindings, NULL);
}
