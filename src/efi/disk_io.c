/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_DISK_IO_PROTOCOL (UEFI 2.10 §13.7): bytes at any offset. */
#include "efi/disk.h"
#include "efi/tpl.h"

static struct disk *from_disk_io(EFI_DISK_IO_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct disk, disk_io);
}

static EFI_STATUS EFIAPI read_disk(EFI_DISK_IO_PROTOCOL *This, uint32_t MediaId, uint64_t Offset,
                                   size_t BufferSize, void *Buffer)
{
    struct disk *disk = from_disk_io(This);
    EFI_STATUS status = disk_check(disk, MediaId, Offset, BufferSize, Buffer, false);
    if (EFI_ERROR(status) || BufferSize == 0)
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    status = block_read_bytes(disk->device, Offset, Buffer, BufferSize);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI write_disk(EFI_DISK_IO_PROTOCOL *This, uint32_t MediaId, uint64_t Offset,
                                    size_t BufferSize, void *Buffer)
{
    struct disk *disk = from_disk_io(This);
    EFI_STATUS status = disk_check(disk, MediaId, Offset, BufferSize, Buffer, true);
    if (EFI_ERROR(status) || BufferSize == 0)
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    status = block_write_bytes(disk->device, Offset, Buffer, BufferSize);
    efi_restore_tpl(tpl);
    return status;
}

void disk_io_fill(struct disk *disk)
{
    disk->disk_io = (EFI_DISK_IO_PROTOCOL){EFI_DISK_IO_PROTOCOL_REVISION, read_disk, write_disk};
}
