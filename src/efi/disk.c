/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/disk.h"

#include "core/pool.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/multiple.h"
#include "efi/tpl.h"
#include "lib/checked.h"
#include "lib/printf.h"
#include "lib/ucs2.h"

/* Disks are not used above TPL_CALLBACK (UEFI 2.10 §7.1, table 7.3); raising to it keeps
 * notification functions that use the same disk out while a request is under way. */
#define DISK_TPL TPL_CALLBACK

static struct disk *from_block_io(EFI_BLOCK_IO_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct disk, block_io);
}

EFI_STATUS disk_check(struct disk *disk, uint32_t media_id, uint64_t offset, size_t size,
                      const void *buffer, bool write)
{
    struct block_device *device = disk->device;
    disk_media_check(disk);
    if (!disk->media.MediaPresent)
        return EFI_NO_MEDIA;
    if (media_id != disk->media.MediaId)
        return EFI_MEDIA_CHANGED;
    if (write && device->read_only)
        return EFI_WRITE_PROTECTED;
    if (buffer == NULL && size > 0)
        return EFI_INVALID_PARAMETER;
    if (!range_within(offset, size, device->block_count * device->block_size))
        return EFI_INVALID_PARAMETER;
    return EFI_SUCCESS;
}

EFI_STATUS disk_check_blocks(struct disk *disk, uint32_t media_id, uint64_t lba, size_t size,
                             const void *buffer, bool write)
{
    uint64_t offset;
    if (!checked_mul(lba, disk->device->block_size, &offset))
        offset = UINT64_MAX;
    EFI_STATUS status = disk_check(disk, media_id, 0, 0, buffer, write);
    if (EFI_ERROR(status))
        return status;
    if (size % disk->device->block_size != 0)
        return EFI_BAD_BUFFER_SIZE;
    return disk_check(disk, media_id, offset, size, buffer, write);
}

/* A device that was given up is started again. */
static EFI_STATUS EFIAPI reset(EFI_BLOCK_IO_PROTOCOL *This, bool ExtendedVerification)
{
    struct block_device *device = from_block_io(This)->device;
    if (device->operations->reset == NULL)
        return EFI_SUCCESS;
    EFI_TPL tpl = tpl_raise_to(DISK_TPL);
    EFI_STATUS status = device->operations->reset(device);
    efi_restore_tpl(tpl);
    return EFI_ERROR(status) ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA,
                                     size_t BufferSize, void *Buffer)
{
    struct disk *disk = from_block_io(This);
    EFI_STATUS status = disk_check_blocks(disk, MediaId, LBA, BufferSize, Buffer, false);
    if (EFI_ERROR(status) || BufferSize == 0)
        return status;
    EFI_TPL tpl = tpl_raise_to(DISK_TPL);
    status = block_read(disk->device, LBA, Buffer, BufferSize);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI write_blocks(EFI_BLOCK_IO_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA,
                                      size_t BufferSize, void *Buffer)
{
    struct disk *disk = from_block_io(This);
    EFI_STATUS status = disk_check_blocks(disk, MediaId, LBA, BufferSize, Buffer, true);
    if (EFI_ERROR(status) || BufferSize == 0)
        return status;
    EFI_TPL tpl = tpl_raise_to(DISK_TPL);
    status = block_write(disk->device, LBA, Buffer, BufferSize);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI flush_blocks(EFI_BLOCK_IO_PROTOCOL *This)
{
    EFI_TPL tpl = tpl_raise_to(DISK_TPL);
    EFI_STATUS status = block_flush(from_block_io(This)->device);
    efi_restore_tpl(tpl);
    return status;
}

EFI_STATUS disk_install(EFI_HANDLE *handle, struct block_device *device, bool logical_partition,
                        EFI_DEVICE_PATH_PROTOCOL *path, struct disk **ret)
{
    struct disk *disk = pool_alloc_zeroed(sizeof *disk);
    if (disk == NULL)
        return EFI_OUT_OF_RESOURCES;
    disk->device = device;
    disk->logical_partition = logical_partition;
    disk->can_erase = device->can_erase;
    list_init(&disk->changed);
    disk_media_fill(disk);
    disk->block_io = (EFI_BLOCK_IO_PROTOCOL){
        .Revision = EFI_BLOCK_IO_PROTOCOL_REVISION3,
        .Media = &disk->media,
        .Reset = reset,
        .ReadBlocks = read_blocks,
        .WriteBlocks = write_blocks,
        .FlushBlocks = flush_blocks,
    };
    disk_io_fill(disk);
    disk_async_fill(disk);
    erase_block_fill(disk);

    /* The path last in the list and first in the end: a NULL ends the list early when there is
     * none. */
    EFI_STATUS status = efi_install_multiple_protocol_interfaces(
        handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL), &disk->block_io, GUID_OF(EFI_BLOCK_IO2_PROTOCOL),
        &disk->block_io2, GUID_OF(EFI_DISK_IO_PROTOCOL), &disk->disk_io,
        GUID_OF(EFI_DISK_IO2_PROTOCOL), &disk->disk_io2,
        path != NULL ? GUID_OF(EFI_DEVICE_PATH_PROTOCOL) : NULL, path, NULL);
    if (EFI_ERROR(status)) {
        pool_free(disk);
        return status;
    }
    disk->handle = *handle;
    if (disk->can_erase) {
        status = efi_install_protocol_interface(handle, GUID_OF(EFI_ERASE_BLOCK_PROTOCOL),
                                                EFI_NATIVE_INTERFACE, &disk->erase_block);
        disk->can_erase = !EFI_ERROR(status);
    }
    *ret = disk;
    return EFI_SUCCESS;
}

/* Last in, first out: it keeps nobody from the disk. */
static EFI_STATUS uninstall_erase(EFI_HANDLE handle, struct disk *disk)
{
    if (!disk->can_erase)
        return EFI_SUCCESS;
    EFI_STATUS status = efi_uninstall_protocol_interface(handle, GUID_OF(EFI_ERASE_BLOCK_PROTOCOL),
                                                         &disk->erase_block);
    disk->can_erase = EFI_ERROR(status);
    return status;
}

EFI_STATUS disk_uninstall(EFI_HANDLE handle, struct disk *disk, EFI_DEVICE_PATH_PROTOCOL *path)
{
    block_poll_drain(&disk->poll);
    EFI_STATUS status = uninstall_erase(handle, disk);
    if (EFI_ERROR(status))
        return EFI_ACCESS_DENIED;
    status = efi_uninstall_multiple_protocol_interfaces(
        handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL), &disk->block_io, GUID_OF(EFI_BLOCK_IO2_PROTOCOL),
        &disk->block_io2, GUID_OF(EFI_DISK_IO_PROTOCOL), &disk->disk_io,
        GUID_OF(EFI_DISK_IO2_PROTOCOL), &disk->disk_io2,
        path != NULL ? GUID_OF(EFI_DEVICE_PATH_PROTOCOL) : NULL, path, NULL);
    if (EFI_ERROR(status))
        return status == EFI_INVALID_PARAMETER ? EFI_ACCESS_DENIED : status;
    disk_media_forget(disk);
    pool_free(disk);
    return EFI_SUCCESS;
}

struct disk *disk_from_block_io(EFI_BLOCK_IO_PROTOCOL *block_io)
{
    return block_io->ReadBlocks == read_blocks ? from_block_io(block_io) : NULL;
}

char16_t *disk_name(struct disk *disk)
{
    char text[ARRAY_SIZE(disk->name)];
    EFI_TPL tpl = tpl_raise_to(DISK_TPL);
    const char *serial = block_serial(disk->device);
    efi_restore_tpl(tpl);
    format_text(text, sizeof text, serial[0] != '\0' ? "%s %s" : "%s", disk->device->name, serial);
    ucs2_from_ascii(disk->name, ARRAY_SIZE(disk->name), text);
    return disk->name;
}
