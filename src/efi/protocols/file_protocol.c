/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/file_protocol.h"

#include "core/pool.h"
#include "efi/event.h"
#include "efi/tpl.h"

struct open_file {
    EFI_FILE_PROTOCOL protocol;
    struct file *file;
    bool is_directory;
    uint64_t position; /* of a directory: its cookie */
    struct file_volume *volume;
};

static struct open_file *from_protocol(EFI_FILE_PROTOCOL *This)
{
    return CONTAINER_OF(This, struct open_file, protocol);
}

static const struct file_operations *operations_of(const struct open_file *open)
{
    return open->file->file_system->file_operations;
}

/* Before something changes, or goes away: what is being read stays what it was until then. */
static EFI_TPL begin_change(struct open_file *open)
{
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    block_poll_drain(&open->volume->reads);
    return tpl;
}

static EFI_STATUS open_at(struct open_file *from, EFI_FILE_PROTOCOL **ret, const char16_t *name,
                          uint64_t mode, uint64_t attributes)
{
    const struct file_operations *operations = operations_of(from);
    struct file *file;
    EFI_STATUS status = operations->open(from->file, name, mode, (uint32_t)attributes, &file);
    if (EFI_ERROR(status))
        return status;

    CLEANUP_POOL struct file_info *info = pool_alloc(sizeof *info);
    status = info == NULL ? EFI_OUT_OF_RESOURCES : operations->get_info(file, info);
    if (EFI_ERROR(status)) {
        operations->close(file);
        return status;
    }
    return file_protocol_new(file, (info->attributes & FILE_DIRECTORY) != 0, from->volume, ret);
}

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle,
                                   const char16_t *FileName, uint64_t OpenMode, uint64_t Attributes)
{
    if (NewHandle == NULL || FileName == NULL)
        return EFI_INVALID_PARAMETER;
    if (OpenMode != EFI_FILE_MODE_READ && OpenMode != (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE) &&
        OpenMode != (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE))
        return EFI_INVALID_PARAMETER;
    if ((OpenMode & EFI_FILE_MODE_CREATE) != 0 &&
        ((Attributes & ~EFI_FILE_VALID_ATTR) != 0 || (Attributes & EFI_FILE_READ_ONLY) != 0))
        return EFI_INVALID_PARAMETER;
    bool creates = (OpenMode & EFI_FILE_MODE_CREATE) != 0;
    EFI_TPL tpl = creates ? begin_change(from_protocol(This)) : tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = open_at(from_protocol(This), NewHandle, FileName, OpenMode, Attributes);
    efi_restore_tpl(tpl);
    return status;
}

static void forget(struct open_file *open)
{
    open->volume->open_files--;
    pool_free(open);
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *This)
{
    struct open_file *open = from_protocol(This);
    EFI_TPL tpl = begin_change(open);
    operations_of(open)->close(open->file);
    forget(open);
    efi_restore_tpl(tpl);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI delete_file(EFI_FILE_PROTOCOL *This)
{
    struct open_file *open = from_protocol(This);
    EFI_TPL tpl = begin_change(open);
    EFI_STATUS status = operations_of(open)->delete_file(open->file);
    forget(open);
    efi_restore_tpl(tpl);
    return status;
}

/* An entry that does not fit is not passed over. At the end the size is 0. */
static EFI_STATUS read_entry(struct open_file *open, size_t *size, void *buffer)
{
    CLEANUP_POOL struct file_info *info = pool_alloc(sizeof *info);
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    uint64_t next = open->position;
    EFI_STATUS status = operations_of(open)->read_directory(open->file, &next, info);
    if (status == EFI_NOT_FOUND) {
        *size = 0;
        return EFI_SUCCESS;
    }
    if (!EFI_ERROR(status))
        status = file_information_write(info, size, buffer);
    if (!EFI_ERROR(status))
        open->position = next;
    return status;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    struct open_file *open = from_protocol(This);
    if (BufferSize == NULL || (Buffer == NULL && *BufferSize > 0))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status;
    if (open->is_directory) {
        status = read_entry(open, BufferSize, Buffer);
    } else {
        size_t done = 0;
        status = operations_of(open)->read(open->file, open->position, Buffer, *BufferSize, &done);
        if (!EFI_ERROR(status)) {
            open->position += done;
            *BufferSize = done;
        }
    }
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI write_file(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    struct open_file *open = from_protocol(This);
    if (BufferSize == NULL || (Buffer == NULL && *BufferSize > 0))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = begin_change(open);
    EFI_STATUS status = operations_of(open)->write(open->file, open->position, Buffer, *BufferSize);
    if (!EFI_ERROR(status))
        open->position += *BufferSize;
    else
        *BufferSize = 0;
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI get_position(EFI_FILE_PROTOCOL *This, uint64_t *Position)
{
    struct open_file *open = from_protocol(This);
    if (Position == NULL)
        return EFI_INVALID_PARAMETER;
    if (open->is_directory)
        return EFI_UNSUPPORTED;
    *Position = open->position;
    return EFI_SUCCESS;
}

static EFI_STATUS seek_end(struct open_file *open)
{
    CLEANUP_POOL struct file_info *info = pool_alloc(sizeof *info);
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = operations_of(open)->get_info(open->file, info);
    if (!EFI_ERROR(status))
        open->position = info->size;
    return status;
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_PROTOCOL *This, uint64_t Position)
{
    struct open_file *open = from_protocol(This);
    if (open->is_directory && Position != 0)
        return EFI_UNSUPPORTED;
    if (Position == EFI_FILE_POSITION_END) {
        EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
        EFI_STATUS status = seek_end(open);
        efi_restore_tpl(tpl);
        return status;
    }
    open->position = Position;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType,
                                  size_t *BufferSize, void *Buffer)
{
    if (InformationType == NULL || BufferSize == NULL || (Buffer == NULL && *BufferSize > 0))
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status =
        file_information_get(from_protocol(This)->file, InformationType, BufferSize, Buffer);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI set_info(EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType,
                                  size_t BufferSize, void *Buffer)
{
    if (InformationType == NULL || Buffer == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = begin_change(from_protocol(This));
    EFI_STATUS status =
        file_information_set(from_protocol(This)->file, InformationType, BufferSize, Buffer);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI flush_file(EFI_FILE_PROTOCOL *This)
{
    struct open_file *open = from_protocol(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = operations_of(open)->flush(open->file);
    efi_restore_tpl(tpl);
    return status;
}

/* Most of the asynchronous calls finish before they return, and then tell so as the token wants it:
 * with an event the outcome is in the token, without one it is the return value. */
static EFI_STATUS conclude(EFI_FILE_IO_TOKEN *token, EFI_STATUS status)
{
    token->Status = status;
    if (token->Event == NULL)
        return status;
    return efi_signal_event(token->Event);
}

static EFI_STATUS EFIAPI open_file_ex(EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle,
                                      const char16_t *FileName, uint64_t OpenMode,
                                      uint64_t Attributes, EFI_FILE_IO_TOKEN *Token)
{
    if (Token == NULL)
        return EFI_INVALID_PARAMETER;
    return conclude(Token, open_file(This, NewHandle, FileName, OpenMode, Attributes));
}

/* The position is behind what will have been read at once, for the next call. */
static bool start_reading(struct open_file *open, EFI_FILE_IO_TOKEN *token)
{
    size_t size;
    if (token->Event == NULL || token->Buffer == NULL || open->is_directory)
        return false;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    bool started = file_read_start(open->volume, open->file, open->position, token, &size);
    if (started)
        open->position += size;
    efi_restore_tpl(tpl);
    return started;
}

static EFI_STATUS EFIAPI read_file_ex(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token)
{
    if (Token == NULL)
        return EFI_INVALID_PARAMETER;
    if (start_reading(from_protocol(This), Token))
        return EFI_SUCCESS;
    return conclude(Token, read_file(This, &Token->BufferSize, Token->Buffer));
}

static EFI_STATUS EFIAPI write_file_ex(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token)
{
    if (Token == NULL)
        return EFI_INVALID_PARAMETER;
    return conclude(Token, write_file(This, &Token->BufferSize, Token->Buffer));
}

static EFI_STATUS EFIAPI flush_file_ex(EFI_FILE_PROTOCOL *This, EFI_FILE_IO_TOKEN *Token)
{
    if (Token == NULL)
        return EFI_INVALID_PARAMETER;
    return conclude(Token, flush_file(This));
}

EFI_STATUS file_protocol_new(struct file *file, bool is_directory, struct file_volume *volume,
                             EFI_FILE_PROTOCOL **ret)
{
    struct open_file *open = pool_alloc_zeroed(sizeof *open);
    if (open == NULL) {
        file->file_system->file_operations->close(file);
        return EFI_OUT_OF_RESOURCES;
    }
    open->file = file;
    open->is_directory = is_directory;
    open->volume = volume;
    open->protocol = (EFI_FILE_PROTOCOL){
        .Revision = EFI_FILE_PROTOCOL_REVISION2,
        .Open = open_file,
        .Close = close_file,
        .Delete = delete_file,
        .Read = read_file,
        .Write = write_file,
        .GetPosition = get_position,
        .SetPosition = set_position,
        .GetInfo = get_info,
        .SetInfo = set_info,
        .Flush = flush_file,
        .OpenEx = open_file_ex,
        .ReadEx = read_file_ex,
        .WriteEx = write_file_ex,
        .FlushEx = flush_file_ex,
    };
    volume->open_files++;
    *ret = &open->protocol;
    return EFI_SUCCESS;
}
