/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_ERASE_BLOCK_PROTOCOL (UEFI 2.10 §13.12). A request is done before the call returns; with an
 * event in the token the outcome is told there, too. */
#include "efi/disk.h"
#include "efi/event.h"
#include "efi/tpl.h"

static EFI_STATUS EFIAPI erase_blocks(EFI_ERASE_BLOCK_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA,
                                      EFI_ERASE_BLOCK_TOKEN *Token, size_t Size)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, erase_block);
    struct block_device *device = disk->device;
    static uint8_t no_buffer;
    if (Size % device->block_size != 0)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = disk_check_blocks(disk, MediaId, LBA, Size, &no_buffer, true);
    if (EFI_ERROR(status))
        return status;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    status = block_erase(device, LBA, Size / device->block_size);
    efi_restore_tpl(tpl);
    if (Token == NULL || Token->Event == NULL)
        return status;
    Token->TransactionStatus = status;
    return efi_signal_event(Token->Event);
}

void erase_block_fill(struct disk *disk)
{
    disk->erase_block = (EFI_ERASE_BLOCK_PROTOCOL){
        .Revision = EFI_ERASE_BLOCK_PROTOCOL_REVISION,
        .EraseLengthGranularity = MAX(1, disk->device->erase_granularity),
        .EraseBlocks = erase_blocks,
    };
}
