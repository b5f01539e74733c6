/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Block I/O, Block I/O 2, Disk I/O, Disk I/O 2 and Erase Block (UEFI 2.10 §13.7 to §13.12) on a
 * partition that is there to be overwritten, and on a disk that is read-only. */
#include "efi/protocol/block_io.h"
#include "efi/protocol/disk_io.h"
#include "efi/protocol/erase_block.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define SCRATCH_SIZE (4u << 20) /* tests/system/run_selftest.py makes it */
#define MS           10000ull

static EFI_BLOCK_IO_PROTOCOL *scratch, *read_only;
static EFI_HANDLE scratch_handle, read_only_handle;
static uint8_t written[8192] __attribute__((aligned(4096)));
static uint8_t found[8192] __attribute__((aligned(4096)));

static bool is_scratch(const EFI_BLOCK_IO_MEDIA *media)
{
    return media->LogicalPartition && !media->ReadOnly &&
           (media->LastBlock + 1) * media->BlockSize == SCRATCH_SIZE;
}

static bool find_disks(void)
{
    EFI_HANDLE *handles;
    size_t count;
    if (scratch != NULL && read_only != NULL)
        return true;
    if (!EXPECT(EFI_SUCCESS, bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_BLOCK_IO_PROTOCOL),
                                                    NULL, &count, &handles)))
        return false;
    for (size_t i = 0; i < count; i++) {
        EFI_BLOCK_IO_PROTOCOL *disk;
        if (EFI_ERROR(
                bs->HandleProtocol(handles[i], GUID_OF(EFI_BLOCK_IO_PROTOCOL), (void **)&disk)))
            continue;
        if (is_scratch(disk->Media)) {
            scratch = disk;
            scratch_handle = handles[i];
        } else if (disk->Media->ReadOnly && !disk->Media->LogicalPartition) {
            read_only = disk;
            read_only_handle = handles[i];
        }
    }
    bs->FreePool(handles);
    return CHECK(scratch != NULL) && CHECK(read_only != NULL);
}

static uint32_t id(void)
{
    return scratch->Media->MediaId;
}

static void fill(uint8_t seed)
{
    for (size_t i = 0; i < sizeof written; i++)
        written[i] = (uint8_t)(seed + i * 7 + i / 512);
    memset(found, 0, sizeof found);
}

static void media(void)
{
    REQUIRE_TRUE(find_disks());
    const EFI_BLOCK_IO_MEDIA *media = scratch->Media;
    CHECK(scratch->Revision >= EFI_BLOCK_IO_PROTOCOL_REVISION);
    CHECK(media->MediaPresent && media->LogicalPartition && !media->ReadOnly);
    CHECK(media->BlockSize >= 512 && (media->IoAlign & (media->IoAlign - 1)) == 0);
    CHECK(read_only->Media->ReadOnly && !read_only->Media->LogicalPartition);
}

static void round_trip(void)
{
    REQUIRE_TRUE(find_disks());
    fill(1);
    EXPECT(EFI_SUCCESS, scratch->WriteBlocks(scratch, id(), 5, sizeof written, written));
    EXPECT(EFI_SUCCESS, scratch->FlushBlocks(scratch));
    EXPECT(EFI_SUCCESS, scratch->ReadBlocks(scratch, id(), 5, sizeof found, found));
    CHECK(memcmp(written, found, sizeof found) == 0);
    EXPECT(EFI_SUCCESS, scratch->ReadBlocks(scratch, id(), 0, 0, found));
    EXPECT(EFI_SUCCESS, scratch->WriteBlocks(scratch, id(), 0, 0, written));
}

static void reset(void)
{
    REQUIRE_TRUE(find_disks());
    EXPECT(EFI_SUCCESS, scratch->Reset(scratch, false));
    EXPECT(EFI_SUCCESS, scratch->Reset(scratch, true));
}

static void media_changed(void)
{
    REQUIRE_TRUE(find_disks());
    EXPECT(EFI_MEDIA_CHANGED, scratch->ReadBlocks(scratch, id() + 1, 0, 512, found));
    EXPECT(EFI_MEDIA_CHANGED, scratch->WriteBlocks(scratch, id() + 1, 0, 512, written));
}

static void bad_size(void)
{
    REQUIRE_TRUE(find_disks());
    EXPECT(EFI_BAD_BUFFER_SIZE, scratch->ReadBlocks(scratch, id(), 0, 511, found));
    EXPECT(EFI_BAD_BUFFER_SIZE, scratch->WriteBlocks(scratch, id(), 0, 513, written));
}

/* Behind the end, and across it; numbers whose bytes do not fit in 64 bits. */
static void out_of_range(void)
{
    REQUIRE_TRUE(find_disks());
    EFI_LBA last = scratch->Media->LastBlock;
    EXPECT(EFI_INVALID_PARAMETER, scratch->ReadBlocks(scratch, id(), last + 1, 512, found));
    EXPECT(EFI_INVALID_PARAMETER, scratch->ReadBlocks(scratch, id(), last, 1024, found));
    EXPECT(EFI_INVALID_PARAMETER, scratch->ReadBlocks(scratch, id(), UINT64_MAX, 512, found));
    EXPECT(EFI_INVALID_PARAMETER, scratch->WriteBlocks(scratch, id(), last + 1, 512, written));
    EXPECT(EFI_INVALID_PARAMETER, scratch->WriteBlocks(scratch, id(), 1ull << 55, 512, written));
    EXPECT(EFI_SUCCESS, scratch->ReadBlocks(scratch, id(), last, 512, found));
}

static void no_buffer(void)
{
    REQUIRE_TRUE(find_disks());
    EXPECT(EFI_INVALID_PARAMETER, scratch->ReadBlocks(scratch, id(), 0, 512, NULL));
    EXPECT(EFI_INVALID_PARAMETER, scratch->WriteBlocks(scratch, id(), 0, 512, NULL));
}

static void write_protected(void)
{
    REQUIRE_TRUE(find_disks());
    EXPECT(EFI_WRITE_PROTECTED,
           read_only->WriteBlocks(read_only, read_only->Media->MediaId, 0, 512, written));
    EXPECT(EFI_SUCCESS, read_only->ReadBlocks(read_only, read_only->Media->MediaId, 0, 512, found));
}

/* A notification function reads while the program reads the same disk. */
static struct {
    volatile unsigned count;
    EFI_STATUS status;
    bool wrong;
    uint8_t bytes[4096];
} inner;

static void EFIAPI read_inside(EFI_EVENT event, void *context)
{
    EFI_STATUS status = scratch->ReadBlocks(scratch, id(), 100, sizeof inner.bytes, inner.bytes);
    if (EFI_ERROR(status))
        inner.status = status;
    inner.wrong = inner.wrong || memcmp(inner.bytes, written, sizeof inner.bytes) != 0;
    inner.count++;
}

static void from_notification(void)
{
    EFI_EVENT event;
    REQUIRE_TRUE(find_disks());
    fill(9);
    EXPECT(EFI_SUCCESS, scratch->WriteBlocks(scratch, id(), 100, sizeof written, written));
    memset(&inner, 0, sizeof inner);
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK, read_inside,
                                         NULL, &event));
    EXPECT(EFI_SUCCESS, bs->SetTimer(event, TimerPeriodic, 3 * MS));
    EFI_STATUS status = EFI_SUCCESS;
    bool wrong = false;
    for (int i = 0; i < 20000 && inner.count < 10 && !EFI_ERROR(status); i++) {
        status = scratch->ReadBlocks(scratch, id(), 100, sizeof found, found);
        wrong = wrong || memcmp(found, written, sizeof found) != 0;
    }
    EXPECT(EFI_SUCCESS, bs->CloseEvent(event));
    EXPECT(EFI_SUCCESS, status /* ReadBlocks */);
    EXPECT(EFI_SUCCESS, inner.status /* ReadBlocks */);
    CHECK(inner.count >= 10);
    CHECK(!wrong && !inner.wrong);
}

static EFI_BLOCK_IO2_PROTOCOL *scratch2(void)
{
    void *interface = NULL;
    if (!find_disks() ||
        !EXPECT(EFI_SUCCESS,
                bs->HandleProtocol(scratch_handle, GUID_OF(EFI_BLOCK_IO2_PROTOCOL), &interface)))
        return NULL;
    return interface;
}

static void asynchronous(void)
{
    EFI_BLOCK_IO2_PROTOCOL *disk = scratch2();
    size_t index;
    REQUIRE_TRUE(disk != NULL);
    fill(3);
    EFI_BLOCK_IO2_TOKEN token = {NULL, EFI_NOT_READY};
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &token.Event));
    EXPECT(EFI_SUCCESS, disk->WriteBlocksEx(disk, id(), 7, &token, sizeof written, written));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    token.TransactionStatus = EFI_NOT_READY;
    EXPECT(EFI_SUCCESS, disk->FlushBlocksEx(disk, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    token.TransactionStatus = EFI_NOT_READY;
    EXPECT(EFI_SUCCESS, disk->ReadBlocksEx(disk, id(), 7, &token, sizeof found, found));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    CHECK(memcmp(written, found, sizeof found) == 0);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(token.Event));
}

/* Without a token, or without an event in it, the call blocks. */
static void asynchronous_blocking(void)
{
    EFI_BLOCK_IO2_PROTOCOL *disk = scratch2();
    EFI_BLOCK_IO2_TOKEN token = {0};
    REQUIRE_TRUE(disk != NULL);
    fill(4);
    EXPECT(EFI_SUCCESS, disk->WriteBlocksEx(disk, id(), 20, NULL, sizeof written, written));
    EXPECT(EFI_SUCCESS, disk->FlushBlocksEx(disk, NULL));
    EXPECT(EFI_SUCCESS, disk->ReadBlocksEx(disk, id(), 20, &token, sizeof found, found));
    CHECK(memcmp(written, found, sizeof found) == 0);
    EXPECT(EFI_SUCCESS, disk->Reset(disk, false));
}

static void asynchronous_errors(void)
{
    EFI_BLOCK_IO2_PROTOCOL *disk = scratch2();
    REQUIRE_TRUE(disk != NULL);
    EFI_LBA last = disk->Media->LastBlock;
    EXPECT(EFI_MEDIA_CHANGED, disk->ReadBlocksEx(disk, id() + 1, 0, NULL, 512, found));
    EXPECT(EFI_MEDIA_CHANGED, disk->WriteBlocksEx(disk, id() + 1, 0, NULL, 512, written));
    EXPECT(EFI_BAD_BUFFER_SIZE, disk->ReadBlocksEx(disk, id(), 0, NULL, 100, found));
    EXPECT(EFI_BAD_BUFFER_SIZE, disk->WriteBlocksEx(disk, id(), 0, NULL, 100, written));
    EXPECT(EFI_INVALID_PARAMETER, disk->ReadBlocksEx(disk, id(), last + 1, NULL, 512, found));
    EXPECT(EFI_INVALID_PARAMETER, disk->WriteBlocksEx(disk, id(), last + 1, NULL, 512, written));
    void *interface;
    if (EXPECT(EFI_SUCCESS,
               bs->HandleProtocol(read_only_handle, GUID_OF(EFI_BLOCK_IO2_PROTOCOL), &interface))) {
        disk = interface;
        EXPECT(EFI_WRITE_PROTECTED,
               disk->WriteBlocksEx(disk, disk->Media->MediaId, 0, NULL, 512, written));
    }
}

static EFI_DISK_IO_PROTOCOL *disk_io(EFI_HANDLE handle)
{
    void *interface = NULL;
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, GUID_OF(EFI_DISK_IO_PROTOCOL), &interface));
    return interface;
}

/* Bytes at any place, which leave their neighbours alone. */
static void bytes(void)
{
    REQUIRE_TRUE(find_disks());
    EFI_DISK_IO_PROTOCOL *disk = disk_io(scratch_handle);
    REQUIRE_TRUE(disk != NULL);
    fill(6);
    EXPECT(EFI_SUCCESS, scratch->WriteBlocks(scratch, id(), 0, sizeof written, written));
    EXPECT(EFI_SUCCESS, disk->WriteDisk(disk, id(), 500, 30, "0123456789012345678901234567..."));
    memcpy(written + 500, "0123456789012345678901234567...", 30);
    EXPECT(EFI_SUCCESS, scratch->ReadBlocks(scratch, id(), 0, sizeof found, found));
    CHECK(memcmp(written, found, sizeof found) == 0);
    memset(found, 0, sizeof found);
    EXPECT(EFI_SUCCESS, disk->ReadDisk(disk, id(), 499, 3000, found + 1));
    CHECK(memcmp(written + 499, found + 1, 3000) == 0);
}

static void bytes_errors(void)
{
    REQUIRE_TRUE(find_disks());
    EFI_DISK_IO_PROTOCOL *disk = disk_io(scratch_handle), *protected = disk_io(read_only_handle);
    REQUIRE_TRUE(disk != NULL && protected != NULL);
    EXPECT(EFI_MEDIA_CHANGED, disk->ReadDisk(disk, id() + 1, 0, 10, found));
    EXPECT(EFI_MEDIA_CHANGED, disk->WriteDisk(disk, id() + 1, 0, 10, written));
    EXPECT(EFI_INVALID_PARAMETER, disk->ReadDisk(disk, id(), SCRATCH_SIZE - 5, 10, found));
    EXPECT(EFI_INVALID_PARAMETER, disk->WriteDisk(disk, id(), SCRATCH_SIZE - 5, 10, written));
    EXPECT(EFI_INVALID_PARAMETER, disk->ReadDisk(disk, id(), UINT64_MAX - 5, 10, found));
    EXPECT(EFI_WRITE_PROTECTED,
           protected->WriteDisk(protected, read_only->Media->MediaId, 3, 10, written));
}

static EFI_DISK_IO2_PROTOCOL *disk_io2(EFI_HANDLE handle)
{
    void *interface = NULL;
    EXPECT(EFI_SUCCESS, bs->HandleProtocol(handle, GUID_OF(EFI_DISK_IO2_PROTOCOL), &interface));
    return interface;
}

static void bytes_asynchronous(void)
{
    size_t index;
    REQUIRE_TRUE(find_disks());
    EFI_DISK_IO2_PROTOCOL *disk = disk_io2(scratch_handle);
    REQUIRE_TRUE(disk != NULL);
    fill(8);
    EFI_DISK_IO2_TOKEN token = {NULL, EFI_NOT_READY};
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &token.Event));
    EXPECT(EFI_SUCCESS, disk->WriteDiskEx(disk, id(), 1000, &token, 3000, written));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    EXPECT(EFI_SUCCESS, disk->FlushDiskEx(disk, &token));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, disk->ReadDiskEx(disk, id(), 1000, &token, 3000, found));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    CHECK(memcmp(written, found, 3000) == 0);
    EXPECT(EFI_SUCCESS, disk->Cancel(disk));
    EXPECT(EFI_SUCCESS, bs->CloseEvent(token.Event));
}

static void bytes_asynchronous_errors(void)
{
    REQUIRE_TRUE(find_disks());
    EFI_DISK_IO2_PROTOCOL *disk = disk_io2(scratch_handle);
    EFI_DISK_IO2_PROTOCOL *protected = disk_io2(read_only_handle);
    REQUIRE_TRUE(disk != NULL && protected != NULL);
    EXPECT(EFI_MEDIA_CHANGED, disk->ReadDiskEx(disk, id() + 1, 0, NULL, 10, found));
    EXPECT(EFI_MEDIA_CHANGED, disk->WriteDiskEx(disk, id() + 1, 0, NULL, 10, written));
    EXPECT(EFI_INVALID_PARAMETER, disk->ReadDiskEx(disk, id(), SCRATCH_SIZE - 5, NULL, 10, found));
    EXPECT(EFI_INVALID_PARAMETER, disk->WriteDiskEx(disk, id(), SCRATCH_SIZE, NULL, 10, written));
    EXPECT(EFI_WRITE_PROTECTED,
           protected->WriteDiskEx(protected, read_only->Media->MediaId, 3, NULL, 10, written));
}

/* NULL, and the test is skipped: the disk has no such command. */
static EFI_ERASE_BLOCK_PROTOCOL *eraser(void)
{
    void *interface = NULL;
    if (!find_disks())
        return NULL;
    if (EFI_ERROR(
            bs->HandleProtocol(scratch_handle, GUID_OF(EFI_ERASE_BLOCK_PROTOCOL), &interface)))
        skip_without("EFI_ERASE_BLOCK_PROTOCOL");
    return interface;
}

/* What is next to it stays. */
static void erase(void)
{
    EFI_ERASE_BLOCK_PROTOCOL *disk = eraser();
    size_t index;
    if (disk == NULL)
        return;
    fill(9);
    const size_t block = scratch->Media->BlockSize;
    EXPECT(EFI_SUCCESS, scratch->WriteBlocks(scratch, id(), 16, 3 * block, written));
    EFI_ERASE_BLOCK_TOKEN token = {NULL, EFI_NOT_READY};
    REQUIRE(EFI_SUCCESS, bs->CreateEvent(0, 0, NULL, NULL, &token.Event));
    EXPECT(EFI_SUCCESS, disk->EraseBlocks(disk, id(), 17, &token, block));
    EXPECT(EFI_SUCCESS, bs->WaitForEvent(1, &token.Event, &index));
    EXPECT(EFI_SUCCESS, token.TransactionStatus);
    EXPECT(EFI_SUCCESS, bs->CloseEvent(token.Event));
    EXPECT(EFI_SUCCESS, disk->EraseBlocks(disk, id(), 17, NULL, block));
    EXPECT(EFI_SUCCESS, scratch->ReadBlocks(scratch, id(), 16, 3 * block, found));
    CHECK(memcmp(found, written, block) == 0);
    CHECK(memcmp(found + 2 * block, written + 2 * block, block) == 0);
}

static void erase_errors(void)
{
    EFI_ERASE_BLOCK_PROTOCOL *disk = eraser();
    if (disk == NULL)
        return;
    const size_t block = scratch->Media->BlockSize;
    EXPECT(EFI_MEDIA_CHANGED, disk->EraseBlocks(disk, id() + 1, 0, NULL, block));
    EXPECT(EFI_INVALID_PARAMETER, disk->EraseBlocks(disk, id(), 0, NULL, block - 1));
    EXPECT(EFI_INVALID_PARAMETER,
           disk->EraseBlocks(disk, id(), scratch->Media->LastBlock, NULL, 2 * block));
    EXPECT(EFI_INVALID_PARAMETER, disk->EraseBlocks(disk, id(), UINT64_MAX, NULL, block));
}

static const struct selftest tests[] = {
    {"media", media},
    {"round-trip", round_trip},
    {"reset", reset},
    {"media-changed", media_changed},
    {"bad-size", bad_size},
    {"out-of-range", out_of_range},
    {"no-buffer", no_buffer},
    {"write-protected", write_protected},
    {"from-notification", from_notification},
    {"asynchronous", asynchronous},
    {"asynchronous-blocking", asynchronous_blocking},
    {"asynchronous-errors", asynchronous_errors},
    {"bytes", bytes},
    {"bytes-errors", bytes_errors},
    {"bytes-asynchronous", bytes_asynchronous},
    {"bytes-asynchronous-errors", bytes_asynchronous_errors},
    {"erase", erase},
    {"erase-errors", erase_errors},
};

const struct topic topic_block = TOPIC("block", tests);
