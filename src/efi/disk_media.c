/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Media that come, go and change their size while a disk is there (UEFI 2.10 §13.9). */
#include "core/log.h"
#include "efi/disk.h"
#include "efi/event.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/tpl.h"

static struct list changed_disks = LIST_INIT(changed_disks);
static EFI_EVENT changed_event;

void disk_media_fill(struct disk *disk)
{
    const struct block_device *device = disk->device;
    bool whole = !disk->logical_partition;
    disk->media = (EFI_BLOCK_IO_MEDIA){
        .MediaId = device->media_id,
        .RemovableMedia = device->removable,
        .MediaPresent = !device->no_medium,
        .LogicalPartition = disk->logical_partition,
        .ReadOnly = device->read_only,
        .WriteCaching = device->volatile_cache,
        .BlockSize = device->block_size,
        .IoAlign = 1,
        .LastBlock = device->block_count - 1,
        .LowestAlignedLba = whole ? device->lowest_aligned_lba : 0,
        .LogicalBlocksPerPhysicalBlock = whole ? device->blocks_per_physical_block : 0,
        .OptimalTransferLengthGranularity = whole ? device->transfer_granularity : 0,
    };
}

/* Disk I/O first: who has found partitions and file systems by it goes, and looks again. */
static void reinstall(struct disk *disk)
{
    EFI_STATUS status = efi_reinstall_protocol_interface(
        disk->handle, GUID_OF(EFI_DISK_IO_PROTOCOL), &disk->disk_io, &disk->disk_io);
    if (!EFI_ERROR(status))
        status = efi_reinstall_protocol_interface(disk->handle, GUID_OF(EFI_BLOCK_IO2_PROTOCOL),
                                                  &disk->block_io2, &disk->block_io2);
    if (!EFI_ERROR(status))
        status = efi_reinstall_protocol_interface(disk->handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL),
                                                  &disk->block_io, &disk->block_io);
    if (EFI_ERROR(status))
        log_warning("%s: somebody holds on to what was there before", disk->device->name);
}

static void EFIAPI media_changed(EFI_EVENT event, void *context)
{
    while (!list_empty(&changed_disks)) {
        struct disk *disk = LIST_ENTRY(changed_disks.next, struct disk, changed);
        list_remove(&disk->changed);
        reinstall(disk);
    }
}

static void schedule(struct disk *disk)
{
    if (changed_event == NULL && EFI_ERROR(efi_create_event(EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
                                                            media_changed, NULL, &changed_event)))
        return;
    if (list_empty(&disk->changed))
        list_append(&changed_disks, &disk->changed);
    (void)efi_signal_event(changed_event);
}

void disk_media_check(struct disk *disk)
{
    struct block_device *device = disk->device;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    if (device->operations->check_medium != NULL)
        device->operations->check_medium(device);
    if (disk->media.MediaId != device->media_id) {
        disk_media_fill(disk);
        schedule(disk);
    }
    efi_restore_tpl(tpl);
}

void disk_media_forget(struct disk *disk)
{
    list_remove(&disk->changed);
}
