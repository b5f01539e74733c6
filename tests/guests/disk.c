/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Writes to, erases and reads every disk that begins with MARK, and tells what its medium is. */
#include "efi/protocol/block_io.h"
#include "efi/protocol/erase_block.h"
#include "guests/guest.h"
#include "lib/memory.h"

#define MARK  "scratch!"
#define KIB   1024u
#define SIZE  (256u * KIB)
#define ERASE (64u * KIB) /* behind as many that stay */

/* At an odd address: no device reaches that in place where it wants any alignment. */
static uint8_t memory[2][SIZE + 1] __attribute__((aligned(4096)));
static uint8_t *const written = &memory[0][1], *const found = &memory[1][1];

static bool is_marked(EFI_BLOCK_IO_PROTOCOL *disk)
{
    const EFI_BLOCK_IO_MEDIA *media = disk->Media;
    return !media->LogicalPartition && media->MediaPresent &&
           !EFI_ERROR(disk->ReadBlocks(disk, media->MediaId, 0, media->BlockSize, found)) &&
           memcmp(found, MARK, sizeof MARK - 1) == 0;
}

static void tell_medium(const EFI_BLOCK_IO_MEDIA *media)
{
    tell("block-size", media->BlockSize);
    tell("last-block", media->LastBlock);
    tell("read-only", media->ReadOnly);
    tell("blocks-per-physical", media->LogicalBlocksPerPhysicalBlock);
    tell("lowest-aligned", media->LowestAlignedLba);
    tell("granularity", media->OptimalTransferLengthGranularity);
}

static void erase(EFI_HANDLE handle, uint32_t media_id, EFI_LBA lba)
{
    static EFI_GUID guid = EFI_ERASE_BLOCK_PROTOCOL_GUID;
    EFI_ERASE_BLOCK_PROTOCOL *eraser;
    if (EFI_ERROR(st->BootServices->HandleProtocol(handle, &guid, (void **)&eraser)))
        return;
    tell("erased", eraser->EraseBlocks(eraser, media_id, lba, NULL, ERASE));
}

static void use(EFI_HANDLE handle, EFI_BLOCK_IO_PROTOCOL *disk)
{
    const EFI_BLOCK_IO_MEDIA *media = disk->Media;
    const EFI_LBA lba = SIZE / media->BlockSize;
    tell_medium(media);
    for (size_t i = 0; i < SIZE; i++)
        written[i] = (uint8_t)(i * 7 + i / 512);
    EFI_STATUS status = disk->WriteBlocks(disk, media->MediaId, lba, SIZE, written);
    tell("written", status);
    if (EFI_ERROR(status))
        return;
    erase(handle, media->MediaId, lba + ERASE / media->BlockSize);
    tell("flushed", disk->FlushBlocks(disk));
    tell("read", disk->ReadBlocks(disk, media->MediaId, lba, SIZE, found));
    check("same", memcmp(found, written, ERASE) == 0 &&
                      memcmp(found + 2 * ERASE, written + 2 * ERASE, SIZE - 2 * ERASE) == 0);
}

EFI_STATUS guest_main(void)
{
    static EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_HANDLE *handles;
    size_t count = 0;
    (void)st->BootServices->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles);
    for (size_t i = 0; i < count; i++) {
        EFI_BLOCK_IO_PROTOCOL *disk;
        if (!EFI_ERROR(st->BootServices->HandleProtocol(handles[i], &guid, (void **)&disk)) &&
            is_marked(disk))
            use(handles[i], disk);
    }
    print("guest: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
