/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/block_io.h"
#include "lib/checked.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/files/volume.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

/* At most so many at once, as the specification has it. */
#define MOST_BLOCKS 16

static EFI_STATUS show_block(EFI_BLOCK_IO_PROTOCOL *block_io, EFI_LBA lba)
{
    uint32_t size = block_io->Media->BlockSize, align = MAX(block_io->Media->IoAlign, 1u);
    char *memory = shell_alloc((size_t)size + align);
    if (memory == NULL)
        return complain_status(EFI_OUT_OF_RESOURCES, "block of %u bytes", size);
    char *buffer = memory + (align - (uintptr_t)memory % align) % align;
    EFI_STATUS status = block_io->ReadBlocks(block_io, block_io->Media->MediaId, lba, size, buffer);
    if (EFI_ERROR(status)) {
        shell_free(memory);
        return complain_status(status, "block 0x%llX", (unsigned long long)lba);
    }
    print("LBA 0x%llX, %u bytes\n", (unsigned long long)lba, size);
    dump_bytes(0, buffer, size);
    shell_free(memory);
    return EFI_SUCCESS;
}

static EFI_STATUS dblk(struct invocation *i)
{
    uint64_t lba = 0, blocks = 1;
    struct mapping *mapping = mapping_find(i->operands[0], ucs2_length(i->operands[0], SIZE_MAX));
    EFI_BLOCK_IO_PROTOCOL *block_io =
        mapping != NULL ? handle_interface(mapping->volume->handle, GUID_OF(EFI_BLOCK_IO_PROTOCOL))
                        : NULL;
    if (block_io == NULL)
        return complain_status(EFI_NOT_FOUND, "block device '%ls'", i->operands[0]);
    if ((i->count > 1 && !command_number(i->operands[1], true, &lba)) ||
        (i->count > 2 && !command_number(i->operands[2], true, &blocks)))
        return EFI_INVALID_PARAMETER;
    if (blocks == 0 || blocks > MOST_BLOCKS) {
        complain("0x1 to 0x%X blocks can be shown at once", MOST_BLOCKS);
        return EFI_INVALID_PARAMETER;
    }
    if (!range_within(lba, blocks, block_io->Media->LastBlock + 1)) {
        complain("the last block is 0x%llX", (unsigned long long)block_io->Media->LastBlock);
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = EFI_SUCCESS;
    for (uint64_t at = 0; at < blocks && !EFI_ERROR(status); at++)
        status = shell_interrupted() ? EFI_ABORTED : show_block(block_io, lba + at);
    return status;
}

SHELL_COMMAND(dblk_command) = {
    .name = "dblk",
    .run = dblk,
    .summary = "Shows blocks of a disk or partition.",
    .operands = "device [lba [blocks]]",
    .details = "Numbers are hexadecimal. Without them the first block is shown.",
    .examples = "  dblk blk0:\n  dblk fs0: 1 2",
    .least = 1,
    .most = 3,
};
