/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/streams/stream.h"

#include "efi/guid.h"

static struct stream *stream_of(EFI_FILE_PROTOCOL *file)
{
    return CONTAINER_OF(file, struct stream, file);
}

static EFI_STATUS EFIAPI open_file(EFI_FILE_PROTOCOL *This, EFI_FILE_PROTOCOL **NewHandle,
                                   const char16_t *FileName, uint64_t OpenMode, uint64_t Attributes)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *This)
{
    struct stream *stream = stream_of(This);
    return stream->close != NULL ? stream->close(stream) : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI delete_file(EFI_FILE_PROTOCOL *This)
{
    (void)close_file(This);
    return EFI_WARN_DELETE_FAILURE;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    struct stream *stream = stream_of(This);
    if (BufferSize == NULL || Buffer == NULL)
        return EFI_INVALID_PARAMETER;
    return stream->read != NULL ? stream->read(stream, Buffer, BufferSize) : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI write_file(EFI_FILE_PROTOCOL *This, size_t *BufferSize, void *Buffer)
{
    struct stream *stream = stream_of(This);
    if (BufferSize == NULL || Buffer == NULL)
        return EFI_INVALID_PARAMETER;
    if (stream->write == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = stream->write(stream, Buffer, *BufferSize);
    if (EFI_ERROR(status))
        *BufferSize = 0;
    return status;
}

static EFI_STATUS EFIAPI get_position(EFI_FILE_PROTOCOL *This, uint64_t *Position)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_PROTOCOL *This, uint64_t Position)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType,
                                  size_t *BufferSize, void *Buffer)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI set_info(EFI_FILE_PROTOCOL *This, const EFI_GUID *InformationType,
                                  size_t BufferSize, void *Buffer)
{
    return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI flush(EFI_FILE_PROTOCOL *This)
{
    return EFI_SUCCESS;
}

void stream_init(struct stream *stream)
{
    stream->file = (EFI_FILE_PROTOCOL){
        .Revision = EFI_FILE_PROTOCOL_REVISION,
        .Open = open_file,
        .Close = close_file,
        .Delete = delete_file,
        .Read = read_file,
        .Write = write_file,
        .GetPosition = get_position,
        .SetPosition = set_position,
        .GetInfo = get_info,
        .SetInfo = set_info,
        .Flush = flush,
    };
}

static EFI_STATUS null_write(struct stream *stream, const void *data, size_t size)
{
    return EFI_SUCCESS;
}

static EFI_STATUS null_read(struct stream *stream, void *data, size_t *size)
{
    *size = 0;
    return EFI_SUCCESS;
}

EFI_FILE_PROTOCOL *stream_null(void)
{
    static struct stream stream = {.write = null_write, .read = null_read};
    stream_init(&stream);
    return &stream.file;
}
