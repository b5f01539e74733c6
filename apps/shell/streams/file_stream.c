/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "lib/utf8.h"
#include "shell/files/files.h"
#include "shell/memory.h"
#include "shell/streams/stream.h"

/* Redirections to and from files. */

struct narrow_stream {
    struct stream stream;
    EFI_FILE_PROTOCOL *under;
    struct utf8_decoder utf8;
};

static struct narrow_stream *narrow_of(struct stream *stream)
{
    return CONTAINER_OF(stream, struct narrow_stream, stream);
}

static EFI_STATUS flush(struct narrow_stream *n, char *bytes, size_t *used)
{
    size_t size = *used;
    *used = 0;
    return size > 0 ? n->under->Write(n->under, &size, bytes) : EFI_SUCCESS;
}

static EFI_STATUS narrow_write(struct stream *stream, const void *data, size_t size)
{
    struct narrow_stream *n = narrow_of(stream);
    const char16_t *text = data;
    char bytes[256];
    size_t used = 0;
    EFI_STATUS status = EFI_SUCCESS;
    for (size_t i = 0; i < size / sizeof *text && !EFI_ERROR(status); i++) {
        used += utf8_encode(text[i], bytes + used);
        if (used + 3 > sizeof bytes)
            status = flush(n, bytes, &used);
    }
    return EFI_ERROR(status) ? status : flush(n, bytes, &used);
}

static EFI_STATUS narrow_read(struct stream *stream, void *data, size_t *size)
{
    struct narrow_stream *n = narrow_of(stream);
    char16_t *text = data;
    size_t wanted = *size / sizeof *text, done = 0;
    while (done < wanted) {
        uint8_t bytes[64];
        size_t length = MIN(sizeof bytes, wanted - done);
        EFI_STATUS status = n->under->Read(n->under, &length, bytes);
        if (EFI_ERROR(status))
            return status;
        if (length == 0)
            break;
        for (size_t i = 0; i < length; i++)
            done += utf8_decode(&n->utf8, bytes[i], &text[done]);
    }
    *size = done * sizeof *text;
    return EFI_SUCCESS;
}

static EFI_STATUS narrow_close(struct stream *stream)
{
    struct narrow_stream *n = narrow_of(stream);
    EFI_STATUS status = n->under->Close(n->under);
    shell_free(n);
    return status;
}

EFI_STATUS stream_open_narrow(EFI_FILE_PROTOCOL *file, EFI_FILE_PROTOCOL **ret)
{
    struct narrow_stream *n = shell_alloc(sizeof *n);
    if (n == NULL)
        return EFI_OUT_OF_RESOURCES;
    *n = (struct narrow_stream){
        .stream = {.write = narrow_write, .read = narrow_read, .close = narrow_close},
        .under = file,
    };
    stream_init(&n->stream);
    *ret = &n->stream.file;
    return EFI_SUCCESS;
}

static EFI_STATUS open_append(const char16_t *name, EFI_FILE_PROTOCOL **ret)
{
    const uint64_t mode = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;
    EFI_STATUS status = file_open(name, mode, 0, ret);
    if (EFI_ERROR(status))
        return status;
    status = (*ret)->SetPosition(*ret, EFI_FILE_POSITION_END);
    if (EFI_ERROR(status))
        file_close(*ret);
    return status;
}

static EFI_STATUS open_output(const struct redirection *r, EFI_FILE_PROTOCOL **ret)
{
    char16_t mark = BYTE_ORDER_MARK;
    size_t size = sizeof mark;
    EFI_STATUS status = r->append ? open_append(r->target, ret) : EFI_NOT_FOUND;
    if (status != EFI_NOT_FOUND)
        return status;
    status = file_create(r->target, ret);
    if (EFI_ERROR(status) || r->format == FORMAT_ASCII)
        return status;
    status = (*ret)->Write(*ret, &size, &mark);
    if (EFI_ERROR(status))
        file_close(*ret);
    return status;
}

static EFI_STATUS open_input(const struct redirection *r, EFI_FILE_PROTOCOL **ret)
{
    char16_t mark;
    size_t size = sizeof mark;
    EFI_STATUS status = file_open(r->target, EFI_FILE_MODE_READ, 0, ret);
    if (EFI_ERROR(status) || r->format == FORMAT_ASCII)
        return status;
    status = (*ret)->Read(*ret, &size, &mark);
    if (!EFI_ERROR(status) && (size != sizeof mark || mark != BYTE_ORDER_MARK))
        status = (*ret)->SetPosition(*ret, 0);
    if (EFI_ERROR(status))
        file_close(*ret);
    return status;
}

EFI_STATUS stream_open_redirection(const struct redirection *r, bool write, EFI_FILE_PROTOCOL **ret)
{
    EFI_FILE_PROTOCOL *file;
    if (r->format == FORMAT_VARIABLE)
        return stream_open_variable(r->target, r->append, write, ret);
    if (text_is(r->target, "nul")) {
        *ret = stream_null();
        return EFI_SUCCESS;
    }
    EFI_STATUS status = write ? open_output(r, &file) : open_input(r, &file);
    if (EFI_ERROR(status))
        return status;
    if (r->format == FORMAT_UNICODE) {
        *ret = file;
        return EFI_SUCCESS;
    }
    status = stream_open_narrow(file, ret);
    if (EFI_ERROR(status))
        file_close(file);
    return status;
}
