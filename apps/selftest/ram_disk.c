/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* RAM Disk (UEFI 2.10 §13.21). */
#include "efi/protocol/ram_disk.h"
#include "efi/protocol/block_io.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define PAGES 16
#define SIZE  (PAGES * EFI_PAGE_SIZE)

static EFI_GUID disk_type = EFI_VIRTUAL_DISK_GUID;

static bool find_disk(EFI_DEVICE_PATH_PROTOCOL *path, EFI_BLOCK_IO_PROTOCOL **ret)
{
    EFI_HANDLE handle;
    return EXPECT(EFI_SUCCESS,
                  bs->LocateDevicePath(GUID_OF(EFI_BLOCK_IO_PROTOCOL), &path, &handle)) &&
           CHECK(path->Type == END_DEVICE_PATH_TYPE) &&
           EXPECT(EFI_SUCCESS,
                  bs->HandleProtocol(handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL), (void **)ret));
}

static void read_disk(EFI_BLOCK_IO_PROTOCOL *disk, const uint8_t *memory)
{
    const EFI_BLOCK_IO_MEDIA *media = disk->Media;
    uint8_t block[4096];
    REQUIRE_TRUE(media->BlockSize <= sizeof block);
    EQUAL(SIZE, (media->LastBlock + 1) * media->BlockSize);
    EXPECT(EFI_SUCCESS, disk->ReadBlocks(disk, media->MediaId, 2, media->BlockSize, block));
    CHECK(memcmp(block, memory + 2 * media->BlockSize, media->BlockSize) == 0);
    memset(block, 0xa5, media->BlockSize);
    EXPECT(EFI_SUCCESS, disk->WriteBlocks(disk, media->MediaId, 0, media->BlockSize, block));
    CHECK(memory[0] == 0xa5 && memory[media->BlockSize - 1] == 0xa5);
}

/* A RAM disk's path is one node and the end; at most as much as the callers' buffer. */
static size_t path_size(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    size_t size = path->Length[0] + sizeof *path;
    return CHECK(size <= 256) ? size : 0;
}

static void register_disk(void)
{
    EFI_RAM_DISK_PROTOCOL *disks = FIND(EFI_RAM_DISK_PROTOCOL);
    EFI_DEVICE_PATH_PROTOCOL *path = NULL, *again = NULL;
    EFI_PHYSICAL_ADDRESS base;
    EFI_BLOCK_IO_PROTOCOL *disk;
    uint8_t copy[256];
    if (disks == NULL)
        return;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiBootServicesData, PAGES, &base));
    uint8_t *memory = (uint8_t *)(uintptr_t)base;
    for (size_t i = 0; i < SIZE; i++)
        memory[i] = (uint8_t)(i / 512);
    REQUIRE(EFI_SUCCESS, disks->Register(base, SIZE, &disk_type, NULL, &path));
    if (find_disk(path, &disk))
        read_disk(disk, memory);
    EXPECT(EFI_ALREADY_STARTED, disks->Register(base, SIZE, &disk_type, NULL, &again));
    memcpy(copy, path, path_size(path));
    EXPECT(EFI_SUCCESS, disks->Unregister(path));
    EXPECT(EFI_NOT_FOUND, disks->Unregister((EFI_DEVICE_PATH_PROTOCOL *)copy));
    EXPECT(EFI_SUCCESS, bs->FreePages(base, PAGES));
}

/* The path is the caller's to free. */
static void path_is_the_callers(void)
{
    EFI_RAM_DISK_PROTOCOL *disks = FIND(EFI_RAM_DISK_PROTOCOL);
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    EFI_PHYSICAL_ADDRESS base;
    if (disks == NULL)
        return;
    REQUIRE(EFI_SUCCESS, bs->AllocatePages(AllocateAnyPages, EfiBootServicesData, PAGES, &base));
    memset((void *)(uintptr_t)base, 0, SIZE);
    REQUIRE(EFI_SUCCESS, disks->Register(base, SIZE, &disk_type, NULL, &path));
    EXPECT(EFI_SUCCESS, disks->Unregister(path));
    EXPECT(EFI_SUCCESS, bs->FreePool(path));
    EXPECT(EFI_SUCCESS, bs->FreePages(base, PAGES));
}

static void register_invalid(void)
{
    EFI_RAM_DISK_PROTOCOL *disks = FIND(EFI_RAM_DISK_PROTOCOL);
    EFI_DEVICE_PATH_PROTOCOL *path = NULL;
    if (disks == NULL)
        return;
    uint64_t base = (uintptr_t)&path & ~(uint64_t)(EFI_PAGE_SIZE - 1);
    EXPECT(EFI_INVALID_PARAMETER, disks->Register(base, SIZE, NULL, NULL, &path));
    EXPECT(EFI_INVALID_PARAMETER, disks->Register(base, SIZE, &disk_type, NULL, NULL));
    EXPECT(EFI_INVALID_PARAMETER, disks->Register(base, 0, &disk_type, NULL, &path));
}

static void unregister_invalid(void)
{
    EFI_RAM_DISK_PROTOCOL *disks = FIND(EFI_RAM_DISK_PROTOCOL);
    if (disks == NULL)
        return;
    struct test_path other = make_path(1);
    EXPECT(EFI_INVALID_PARAMETER, disks->Unregister(NULL));
    EXPECT(EFI_UNSUPPORTED, disks->Unregister(&other.vendor.Header));
}

static const struct selftest tests[] = {
    {"register", register_disk},
    {"path-is-the-callers", path_is_the_callers},
    {"register-invalid", register_invalid},
    {"unregister-invalid", unregister_invalid},
};

const struct topic topic_ram_disk = TOPIC("ram-disk", tests);
