/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/utf8.h"
#include "storage/fuse/private.h"

/* Sessions, and the volume as a whole. */

#define PAGE_SIZE     4096u
#define DEFAULT_PAGES 32u

static EFI_STATUS begin_session(struct fuse_volume *volume)
{
    const struct fuse_init_in in = {
        .major = FUSE_VERSION_MAJOR, .minor = FUSE_VERSION_MINOR, .flags = FUSE_MAX_PAGES};
    struct fuse_init_out out = {0};
    struct fuse_call call = {
        .arguments = &in, .arguments_size = sizeof in, .result = &out, .result_size = sizeof out};
    EFI_STATUS status =
        fuse_request(volume, FUSE_INIT, 0, &call, offsetof(struct fuse_init_out, max_pages));
    if (EFI_ERROR(status))
        return status;
    uint32_t pages = (out.flags & FUSE_MAX_PAGES) != 0 ? out.max_pages : DEFAULT_PAGES;
    volume->data_max = MIN(MIN(out.max_write, pages * PAGE_SIZE), FUSE_DATA_MAX);
    if (out.major != FUSE_VERSION_MAJOR || out.minor < FUSE_MINOR_MIN ||
        volume->data_max < PAGE_SIZE)
        return log_failure(EFI_UNSUPPORTED, "%s: FUSE %u.%u, %u bytes at a time",
                           volume->device->name, out.major, out.minor, volume->data_max);
    return EFI_SUCCESS;
}

/* Whoever comes after us begins another session with the same server. */
static void end_session(void *context)
{
    struct fuse_volume *volume = context;
    struct fuse_call call = {0};
    volume->device->end_session = NULL;
    EFI_STATUS status = fuse_request(volume, FUSE_DESTROY, 0, &call, 0);
    (void)status;
}

static EFI_STATUS open_root(struct file_system *file_system, struct file **ret)
{
    char *path = pool_alloc_zeroed(sizeof "/");
    if (path == NULL)
        return EFI_OUT_OF_RESOURCES;
    path[0] = '/';
    return fuse_open_path(fuse_volume_of(file_system), path, FILE_MODE_READ | FILE_MODE_WRITE, 0,
                          ret);
}

/* The device's tag. */
static void copy_label(const struct fuse_device *device, char16_t label[VOLUME_LABEL_MAX + 1])
{
    struct utf8_decoder decoder = {0};
    size_t length = 0;
    for (const char *c = device->tag; *c != '\0' && length < VOLUME_LABEL_MAX; c++)
        if (utf8_decode(&decoder, (uint8_t)*c, &label[length]))
            length++;
    label[length] = 0;
}

static EFI_STATUS get_info(struct file_system *file_system, struct file_system_info *ret)
{
    struct fuse_volume *volume = fuse_volume_of(file_system);
    struct fuse_statfs_out out;
    struct fuse_call call = {.result = &out, .result_size = sizeof out};
    EFI_STATUS status = fuse_request(volume, FUSE_STATFS, FUSE_ROOT_ID, &call, sizeof out);
    if (EFI_ERROR(status))
        return status;
    uint32_t unit = out.frsize != 0 ? out.frsize : out.bsize;
    uint64_t size, free_space;
    if (unit == 0 || !checked_mul(out.blocks, unit, &size) ||
        !checked_mul(out.bavail, unit, &free_space))
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: impossible size", volume->device->name);
    *ret = (struct file_system_info){.size = size, .free_space = free_space, .block_size = unit};
    copy_label(volume->device, ret->label);
    return EFI_SUCCESS;
}

static EFI_STATUS set_label(struct file_system *file_system, const char16_t *label)
{
    return EFI_UNSUPPORTED; /* the host named it */
}

static void unmount(struct file_system *file_system)
{
    struct fuse_volume *volume = fuse_volume_of(file_system);
    end_session(volume);
    pool_free(volume);
}

EFI_STATUS fuse_mount(struct fuse_device *device, struct file_system **ret)
{
    static const struct file_system_operations operations = {
        .open_root = open_root,
        .get_info = get_info,
        .set_label = set_label,
        .unmount = unmount,
    };
    static const struct file_operations file_operations = {
        .open = fuse_open,
        .close = fuse_close,
        .delete_file = fuse_delete,
        .read = fuse_read,
        .write = fuse_write,
        .read_directory = fuse_read_directory,
        .get_info = fuse_get_info,
        .set_info = fuse_set_info,
        .flush = fuse_flush,
    };
    struct fuse_volume *volume = pool_alloc_zeroed(sizeof *volume);
    if (volume == NULL)
        return EFI_OUT_OF_RESOURCES;
    volume->file_system = (struct file_system){&operations, &file_operations};
    volume->device = device;
    list_init(&volume->files);
    EFI_STATUS status = begin_session(volume);
    if (EFI_ERROR(status)) {
        pool_free(volume);
        return status;
    }
    device->end_session = end_session;
    device->context = volume;
    *ret = &volume->file_system;
    return EFI_SUCCESS;
}
