/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Reading a file while the caller does something else (ReadEx, UEFI 2.10 §13.5): whole blocks go
 * from the device to the caller's buffer, each piece that lies together as a request of its own. */
#include "core/pool.h"
#include "efi/event.h"
#include "efi/protocols/file_protocol.h"

/* A file in more pieces than that is read before the call returns. */
#define PIECES_MAX 16

struct file_read {
    struct file_volume *volume;
    EFI_FILE_IO_TOKEN *token;
    EFI_STATUS status;
    size_t size;    /* of all pieces */
    unsigned count; /* of pieces */
    unsigned left;  /* that are under way, and one more until all are */
    struct piece {
        struct block_request request;
        struct block_segment segment;
    } pieces[PIECES_MAX];
};

static void end_piece(struct file_read *read, EFI_STATUS status)
{
    if (EFI_ERROR(status))
        read->status = status;
    if (--read->left > 0)
        return;
    EFI_FILE_IO_TOKEN *token = read->token;
    token->Status = read->status;
    if (!EFI_ERROR(read->status))
        token->BufferSize = read->size;
    pool_free(read);
    (void)efi_signal_event(token->Event);
}

static void completed(struct block_request *request, EFI_STATUS status)
{
    struct file_read *read = request->context;
    block_poll_done(&read->volume->reads);
    end_piece(read, status);
}

/* Finds the pieces; false when they are too many, or not of whole blocks. */
static bool find_pieces(struct file_read *read, struct file *file, uint64_t position)
{
    const struct file_system *file_system = file->file_system;
    uint32_t block = file_system->device->block_size;
    uint8_t *to = read->token->Buffer;
    size_t wanted = read->token->BufferSize;
    while (read->size < wanted) {
        uint64_t offset;
        size_t size;
        EFI_STATUS status = file_system->file_operations->map(file, position + read->size,
                                                              wanted - read->size, &offset, &size);
        if (EFI_ERROR(status))
            return false;
        if (size == 0)
            break;
        if (read->count == PIECES_MAX || !IS_ALIGNED(offset | size, block))
            return false;
        struct piece *piece = &read->pieces[read->count++];
        piece->segment = (struct block_segment){to + read->size, size};
        piece->request = (struct block_request){
            .operation = BLOCK_READ,
            .lba = offset / block,
            .segments = &piece->segment,
            .segment_count = 1,
            .complete = completed,
            .context = read,
        };
        read->size += size;
    }
    return read->count > 0;
}

bool file_read_start(struct file_volume *volume, struct file *file, uint64_t position,
                     EFI_FILE_IO_TOKEN *token, size_t *ret_size)
{
    if (file->file_system->device == NULL)
        return false;
    struct file_read *read = pool_alloc_zeroed(sizeof *read);
    if (read == NULL)
        return false;
    read->volume = volume;
    read->token = token;
    if (!find_pieces(read, file, position)) {
        pool_free(read);
        return false;
    }
    *ret_size = read->size;
    token->Status = EFI_NOT_READY;
    read->left = 1;
    EFI_STATUS status = EFI_SUCCESS;
    for (unsigned i = 0; i < read->count && !EFI_ERROR(status); i++) {
        read->left++;
        status = block_poll_submit(&volume->reads, &read->pieces[i].request);
        if (EFI_ERROR(status))
            read->left--;
    }
    end_piece(read, status);
    return true;
}
