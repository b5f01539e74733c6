/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "storage/fuse/private.h"

/* The content of files. */

static EFI_STATUS check_position(struct fuse_volume *volume, const struct fuse_file *file,
                                 uint64_t position)
{
    struct fuse_attr attr;
    EFI_STATUS status = fuse_get_attributes(volume, file->node, &attr);
    if (EFI_ERROR(status))
        return status;
    return position > attr.size ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

EFI_STATUS fuse_read(struct file *file, uint64_t position, void *buffer, size_t size,
                     size_t *ret_size)
{
    struct fuse_volume *volume = fuse_volume_of_file(file);
    struct fuse_file *open = fuse_file_of(file);
    size_t done = 0;
    if (open->directory)
        return EFI_UNSUPPORTED;
    if (open->gone)
        return EFI_DEVICE_ERROR;
    while (done < size) {
        const struct fuse_read_in in = {
            .fh = open->handle,
            .offset = position + done,
            .size = (uint32_t)MIN(size - done, volume->data_max),
        };
        struct fuse_call call = {.arguments = &in,
                                 .arguments_size = sizeof in,
                                 .result = (uint8_t *)buffer + done,
                                 .result_size = in.size};
        EFI_STATUS status = fuse_request(volume, FUSE_READ, open->node, &call, 0);
        if (EFI_ERROR(status))
            return status;
        done += call.result_length;
        if (call.result_length < in.size)
            break; /* the end of the file */
    }
    /* Nothing: at the end, or beyond it? */
    if (done == 0) {
        EFI_STATUS status = check_position(volume, open, position);
        if (EFI_ERROR(status))
            return status;
    }
    *ret_size = done;
    return EFI_SUCCESS;
}

static EFI_STATUS write_all(struct fuse_volume *volume, struct fuse_file *file, uint64_t position,
                            const void *buffer, size_t size)
{
    for (size_t done = 0; done < size;) {
        const struct fuse_write_in in = {
            .fh = file->handle,
            .offset = position + done,
            .size = (uint32_t)MIN(size - done, volume->data_max),
        };
        struct fuse_write_out out;
        struct fuse_call call = {.arguments = &in,
                                 .arguments_size = sizeof in,
                                 .data = (const uint8_t *)buffer + done,
                                 .data_size = in.size,
                                 .result = &out,
                                 .result_size = sizeof out};
        EFI_STATUS status = fuse_request(volume, FUSE_WRITE, file->node, &call, sizeof out);
        if (EFI_ERROR(status))
            return status;
        if (out.size == 0 || out.size > in.size)
            return EFI_DEVICE_ERROR;
        done += out.size;
    }
    return EFI_SUCCESS;
}

EFI_STATUS fuse_write(struct file *file, uint64_t position, const void *buffer, size_t size)
{
    struct fuse_volume *volume = fuse_volume_of_file(file);
    struct fuse_file *open = fuse_file_of(file);
    struct fuse_attr before;
    if (open->directory)
        return EFI_UNSUPPORTED;
    if (open->gone)
        return EFI_DEVICE_ERROR;
    if (!open->writable)
        return EFI_ACCESS_DENIED;
    if (position > INT64_MAX || size > INT64_MAX - position)
        return EFI_VOLUME_FULL;
    EFI_STATUS status = fuse_get_attributes(volume, open->node, &before);
    if (EFI_ERROR(status))
        return status;
    status = write_all(volume, open, position, buffer, size);
    if (EFI_ERROR(status)) {
        const struct fuse_setattr_in shrink = {.valid = FATTR_SIZE, .size = before.size};
        EFI_STATUS shrunk = position + size > before.size
                                ? fuse_set_attributes(volume, open->node, &shrink)
                                : EFI_SUCCESS;
        (void)shrunk; /* the error that is told is the first one */
    }
    return status;
}

EFI_STATUS fuse_flush(struct file *file)
{
    struct fuse_file *open = fuse_file_of(file);
    const struct fuse_fsync_in in = {.fh = open->handle};
    struct fuse_call call = {.arguments = &in, .arguments_size = sizeof in};
    if (open->gone)
        return EFI_DEVICE_ERROR;
    if (!open->writable)
        return EFI_ACCESS_DENIED;
    return fuse_request(fuse_volume_of_file(file), open->directory ? FUSE_FSYNCDIR : FUSE_FSYNC,
                        open->node, &call, 0);
}
