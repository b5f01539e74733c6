/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/block_io.h"
#include "efi/protocol/loaded_image.h"
#include "guests/machine/machine.h"

#define COUNT     10u
#define BLOCK_MAX 4096u

void write_blocks(void)
{
    static EFI_GUID loaded_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    static EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    static uint8_t data[BLOCK_MAX] __attribute__((aligned(4096)));
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_BLOCK_IO_PROTOCOL *block;
    if (EFI_ERROR(st->BootServices->HandleProtocol(self, &loaded_guid, (void **)&loaded)) ||
        EFI_ERROR(
            st->BootServices->HandleProtocol(loaded->DeviceHandle, &block_guid, (void **)&block)))
        return;
    tell("block-size", block->Media->BlockSize);
    EFI_LBA first = block->Media->LastBlock + 1 - COUNT;
    uint64_t written = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        st->BootServices->SetMem(data, sizeof data, (uint8_t)(i + 1));
        EFI_STATUS status = block->WriteBlocks(block, block->Media->MediaId, first + i,
                                               block->Media->BlockSize, data);
        if (!EFI_ERROR(status))
            written++;
    }
    tell("written", written);
}
