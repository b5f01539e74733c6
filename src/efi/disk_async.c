/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_BLOCK_IO2_PROTOCOL (UEFI 2.10 §13.10) and EFI_DISK_IO2_PROTOCOL (§13.8). With an event in the
 * token a request is handed to the device and the call returns; a timer collects completions while
 * any is under way. Without one they are Block I/O and Disk I/O. */
#include "core/pool.h"
#include "efi/disk.h"
#include "efi/event.h"
#include "efi/tpl.h"

struct async_request {
    struct disk *disk;
    struct block_request block;
    struct block_segment segment;
    EFI_EVENT event;
    EFI_STATUS *status; /* in the caller's token */
};

static void completed(struct block_request *block, EFI_STATUS status)
{
    struct async_request *request = block->context;
    EFI_EVENT event = request->event;
    block_poll_done(&request->disk->poll);
    *request->status = status;
    pool_free(request);
    (void)efi_signal_event(event);
}

static EFI_STATUS submit(struct disk *disk, enum block_operation operation, uint64_t lba,
                         void *buffer, size_t size, EFI_EVENT event, EFI_STATUS *ret_status)
{
    struct async_request *request = pool_alloc_zeroed(sizeof *request);
    if (request == NULL)
        return EFI_OUT_OF_RESOURCES;
    request->disk = disk;
    request->segment = (struct block_segment){buffer, size};
    request->block = (struct block_request){
        .operation = operation,
        .lba = lba,
        .segments = &request->segment,
        .segment_count = operation == BLOCK_FLUSH ? 0 : 1,
        .complete = completed,
        .context = request,
    };
    request->event = event;
    request->status = ret_status;

    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    *ret_status = EFI_NOT_READY;
    EFI_STATUS status = block_poll_submit(&disk->poll, &request->block);
    if (EFI_ERROR(status))
        pool_free(request);
    efi_restore_tpl(tpl);
    return status;
}

/* Asynchronous when the token asks for it. */
static bool is_async(const EFI_BLOCK_IO2_TOKEN *token)
{
    return token != NULL && token->Event != NULL;
}

/* What is finished before the call returns tells so by the token, too. */
static EFI_STATUS done_at_once(EFI_EVENT event, EFI_STATUS *ret_status)
{
    *ret_status = EFI_SUCCESS;
    return efi_signal_event(event);
}

static EFI_STATUS EFIAPI reset(EFI_BLOCK_IO2_PROTOCOL *This, bool ExtendedVerification)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, block_io2);
    block_poll_drain(&disk->poll);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO2_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA,
                                     EFI_BLOCK_IO2_TOKEN *Token, size_t BufferSize, void *Buffer)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, block_io2);
    if (!is_async(Token))
        return disk->block_io.ReadBlocks(&disk->block_io, MediaId, LBA, BufferSize, Buffer);
    EFI_STATUS status = disk_check_blocks(disk, MediaId, LBA, BufferSize, Buffer, false);
    if (EFI_ERROR(status))
        return status;
    if (BufferSize == 0)
        return done_at_once(Token->Event, &Token->TransactionStatus);
    return submit(disk, BLOCK_READ, LBA, Buffer, BufferSize, Token->Event,
                  &Token->TransactionStatus);
}

static EFI_STATUS EFIAPI write_blocks(EFI_BLOCK_IO2_PROTOCOL *This, uint32_t MediaId, EFI_LBA LBA,
                                      EFI_BLOCK_IO2_TOKEN *Token, size_t BufferSize, void *Buffer)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, block_io2);
    if (!is_async(Token))
        return disk->block_io.WriteBlocks(&disk->block_io, MediaId, LBA, BufferSize, Buffer);
    EFI_STATUS status = disk_check_blocks(disk, MediaId, LBA, BufferSize, Buffer, true);
    if (EFI_ERROR(status))
        return status;
    if (BufferSize == 0)
        return done_at_once(Token->Event, &Token->TransactionStatus);
    return submit(disk, BLOCK_WRITE, LBA, Buffer, BufferSize, Token->Event,
                  &Token->TransactionStatus);
}

static EFI_STATUS EFIAPI flush_blocks(EFI_BLOCK_IO2_PROTOCOL *This, EFI_BLOCK_IO2_TOKEN *Token)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, block_io2);
    if (!is_async(Token))
        return disk->block_io.FlushBlocks(&disk->block_io);
    return submit(disk, BLOCK_FLUSH, 0, NULL, 0, Token->Event, &Token->TransactionStatus);
}

static EFI_STATUS EFIAPI cancel(EFI_DISK_IO2_PROTOCOL *This)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, disk_io2);
    block_poll_drain(&disk->poll);
    return EFI_SUCCESS;
}

/* Whole blocks go to the device at once. Ragged ends would need a read before the write and bounce
 * memory: those are done before the call returns. */
static bool is_aligned(const struct disk *disk, uint64_t offset, size_t size)
{
    return IS_ALIGNED(offset | size, disk->device->block_size);
}

static EFI_STATUS disk_transfer(struct disk *disk, enum block_operation operation,
                                uint32_t media_id, uint64_t offset, EFI_DISK_IO2_TOKEN *token,
                                size_t size, void *buffer)
{
    bool write = operation == BLOCK_WRITE;
    EFI_STATUS status = disk_check(disk, media_id, offset, size, buffer, write);
    if (EFI_ERROR(status))
        return status;
    if (size > 0 && is_aligned(disk, offset, size))
        return submit(disk, operation, offset / disk->device->block_size, buffer, size,
                      token->Event, &token->TransactionStatus);

    EFI_DISK_IO_PROTOCOL *disk_io = &disk->disk_io;
    status = write ? disk_io->WriteDisk(disk_io, media_id, offset, size, buffer)
                   : disk_io->ReadDisk(disk_io, media_id, offset, size, buffer);
    return EFI_ERROR(status) ? status : done_at_once(token->Event, &token->TransactionStatus);
}

static EFI_STATUS EFIAPI read_disk(EFI_DISK_IO2_PROTOCOL *This, uint32_t MediaId, uint64_t Offset,
                                   EFI_DISK_IO2_TOKEN *Token, size_t BufferSize, void *Buffer)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, disk_io2);
    if (Token == NULL || Token->Event == NULL)
        return disk->disk_io.ReadDisk(&disk->disk_io, MediaId, Offset, BufferSize, Buffer);
    return disk_transfer(disk, BLOCK_READ, MediaId, Offset, Token, BufferSize, Buffer);
}

static EFI_STATUS EFIAPI write_disk(EFI_DISK_IO2_PROTOCOL *This, uint32_t MediaId, uint64_t Offset,
                                    EFI_DISK_IO2_TOKEN *Token, size_t BufferSize, void *Buffer)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, disk_io2);
    if (Token == NULL || Token->Event == NULL)
        return disk->disk_io.WriteDisk(&disk->disk_io, MediaId, Offset, BufferSize, Buffer);
    return disk_transfer(disk, BLOCK_WRITE, MediaId, Offset, Token, BufferSize, Buffer);
}

static EFI_STATUS EFIAPI flush_disk(EFI_DISK_IO2_PROTOCOL *This, EFI_DISK_IO2_TOKEN *Token)
{
    struct disk *disk = CONTAINER_OF(This, struct disk, disk_io2);
    if (Token == NULL || Token->Event == NULL)
        return disk->block_io.FlushBlocks(&disk->block_io);
    return submit(disk, BLOCK_FLUSH, 0, NULL, 0, Token->Event, &Token->TransactionStatus);
}

void disk_async_fill(struct disk *disk)
{
    block_poll_init(&disk->poll, disk->device);
    disk->block_io2 =
        (EFI_BLOCK_IO2_PROTOCOL){&disk->media, reset, read_blocks, write_blocks, flush_blocks};
    disk->disk_io2 = (EFI_DISK_IO2_PROTOCOL){EFI_DISK_IO2_PROTOCOL_REVISION, cancel, read_disk,
                                             write_disk, flush_disk};
}
