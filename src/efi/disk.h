/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"
#include "efi/block_poll.h"
#include "efi/protocol/block_io.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/disk_io.h"
#include "efi/protocol/erase_block.h"
#include "lib/list.h"

/* What a disk or a partition of ours looks like to EFI programs: Block I/O and Disk I/O, 1 and 2,
 * over one struct block_device; Erase Block where it can erase. */
struct disk {
    EFI_BLOCK_IO_PROTOCOL block_io;
    EFI_BLOCK_IO2_PROTOCOL block_io2;
    EFI_DISK_IO_PROTOCOL disk_io;
    EFI_DISK_IO2_PROTOCOL disk_io2;
    EFI_ERASE_BLOCK_PROTOCOL erase_block;
    EFI_BLOCK_IO_MEDIA media;
    struct block_device *device;
    EFI_HANDLE handle;
    char16_t name[72]; /* disk_name() */
    bool logical_partition;
    bool can_erase;         /* the protocol is installed */
    struct list changed;    /* among the disks with another medium (disk_media.c) */
    struct block_poll poll; /* asynchronous requests (disk_async.c) */
};

/* Installs the four protocols on *handle (a new one when it is NULL), with `extra` (a device path)
 * when given. `device` lives until disk_uninstall(). */
EFI_STATUS disk_install(EFI_HANDLE *handle, struct block_device *device, bool logical_partition,
                        EFI_DEVICE_PATH_PROTOCOL *path, struct disk **ret) MUST_CHECK;

/* EFI_ACCESS_DENIED, and all is as before, when somebody holds on to one of the protocols. Requests
 * in flight are finished first. */
EFI_STATUS disk_uninstall(EFI_HANDLE handle, struct disk *disk, EFI_DEVICE_PATH_PROTOCOL *path);

/* What people call it, with its serial number: "virtio-blk 0000:00:03.0 data-7". */
char16_t *disk_name(struct disk *disk);

/* The disk whose Block I/O this is; NULL when a foreign driver made it. */
struct disk *disk_from_block_io(EFI_BLOCK_IO_PROTOCOL *block_io);

/* Checks that Block I/O and Disk I/O share, in the specification's order: media id, then the range.
 * `size` may be 0. Offsets in bytes. */
EFI_STATUS disk_check(struct disk *disk, uint32_t media_id, uint64_t offset, size_t size,
                      const void *buffer, bool write) MUST_CHECK;

/* The block-sized version of the above (EFI_BAD_BUFFER_SIZE). */
EFI_STATUS disk_check_blocks(struct disk *disk, uint32_t media_id, uint64_t lba, size_t size,
                             const void *buffer, bool write) MUST_CHECK;

/* disk_media.c: looks whether the medium or its size is another one, and brings `media` up to date.
 * The protocols are installed anew when the caller is back at TPL_APPLICATION (UEFI 2.10 §13.9). */
void disk_media_check(struct disk *disk);
void disk_media_fill(struct disk *disk);
void disk_media_forget(struct disk *disk);

/* The parts that other files fill in. */
void erase_block_fill(struct disk *disk);
void disk_io_fill(struct disk *disk);
void disk_async_fill(struct disk *disk);
