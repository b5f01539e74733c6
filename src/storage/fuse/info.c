/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/ascii.h"
#include "lib/calendar.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fuse/private.h"

/* What is known of a file, and changing it. */

#define NANOSECONDS 1000000000u

/* Servers count from 1970, in UTC. */
static EFI_TIME decode_time(uint64_t seconds, uint32_t nanoseconds)
{
    if (seconds > INT64_MAX)
        return (EFI_TIME){0};
    EFI_TIME time = time_from_seconds(seconds + SECONDS_1900_TO_1970);
    if (time.Year != 0 && nanoseconds < NANOSECONDS)
        time.Nanosecond = nanoseconds;
    return time;
}

/* False: no time that a server could keep. */
static bool encode_time(const EFI_TIME *time, uint64_t *ret_seconds)
{
    if (!time_is_sound(time))
        return false;
    uint64_t seconds = time_to_seconds(time);
    if (time->TimeZone != EFI_UNSPECIFIED_TIMEZONE)
        seconds += (uint64_t)(int64_t)(time->TimeZone * 60);
    if (seconds < SECONDS_1900_TO_1970)
        return false;
    *ret_seconds = seconds - SECONDS_1900_TO_1970;
    return true;
}

void fuse_info_from_attributes(const struct fuse_attr *attr, struct file_info *ret)
{
    ret->created = (EFI_TIME){0};
    ret->accessed = decode_time(attr->atime, attr->atimensec);
    ret->modified = decode_time(attr->mtime, attr->mtimensec);
    ret->size = ret->allocated_size = 0;
    ret->attributes = FILE_DIRECTORY;
    if (fuse_is_directory(attr))
        return;
    ret->size = attr->size;
    if (!checked_mul(attr->blocks, 512, &ret->allocated_size))
        ret->allocated_size = attr->size;
    ret->attributes = FILE_ARCHIVE | ((attr->mode & FUSE_WRITERS) == 0 ? FILE_READ_ONLY : 0);
}

EFI_STATUS fuse_get_info(struct file *file, struct file_info *ret)
{
    struct fuse_file *open = fuse_file_of(file);
    struct fuse_attr attr;
    if (open->gone)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = fuse_get_attributes(fuse_volume_of_file(file), open->node, &attr);
    if (EFI_ERROR(status))
        return status;
    const char *name = fuse_path_name(open->path);
    ret->name[0] = 0;
    if (*name != '\0' &&
        !fuse_name_decode((const uint8_t *)name, ascii_length(name, FUSE_PATH_MAX), ret->name))
        return EFI_DEVICE_ERROR; /* a lone surrogate in the name that it was opened by */
    fuse_info_from_attributes(&attr, ret);
    return EFI_SUCCESS;
}

static bool is_set(const EFI_TIME *time)
{
    static const EFI_TIME none;
    return memcmp(time, &none, sizeof none) != 0;
}

/* Is a time to be changed? */
static bool differs(const EFI_TIME *wanted, const EFI_TIME *now)
{
    return is_set(wanted) && memcmp(wanted, now, sizeof *now) != 0;
}

/* What of the attributes is to be changed, in `set`. Hidden and system files there are none, what
 * is no directory is always to be archived, and when a file was made is not kept. */
static EFI_STATUS plan(const struct fuse_file *file, const struct file_info *now,
                       const struct file_info *wanted, uint32_t mode, struct fuse_setattr_in *set)
{
    uint32_t changed = now->attributes ^ wanted->attributes;
    if ((changed & FILE_DIRECTORY) != 0)
        return EFI_ACCESS_DENIED;
    if ((changed & (FILE_HIDDEN | FILE_SYSTEM)) != 0)
        return EFI_UNSUPPORTED;
    if (!file->directory && wanted->size != now->size) {
        set->valid |= FATTR_SIZE;
        set->size = wanted->size;
    } else if (file->directory && wanted->size != 0) {
        return EFI_ACCESS_DENIED;
    }
    if (differs(&wanted->accessed, &now->accessed)) {
        set->valid |= FATTR_ATIME;
        set->atimensec = wanted->accessed.Nanosecond;
        if (!encode_time(&wanted->accessed, &set->atime))
            return EFI_INVALID_PARAMETER;
    }
    if (differs(&wanted->modified, &now->modified)) {
        set->valid |= FATTR_MTIME;
        set->mtimensec = wanted->modified.Nanosecond;
        if (!encode_time(&wanted->modified, &set->mtime))
            return EFI_INVALID_PARAMETER;
    }
    if (set->valid != 0 && !file->writable)
        return EFI_ACCESS_DENIED;
    if ((changed & FILE_READ_ONLY) != 0 && !file->directory) {
        bool read_only = (wanted->attributes & FILE_READ_ONLY) != 0;
        set->valid |= FATTR_MODE;
        set->mode = read_only ? mode & ~FUSE_WRITERS : mode | 0200u;
    }
    return EFI_SUCCESS;
}

/* Handles below a directory that moved, and others of the same file, follow. */
static void move_paths(struct fuse_volume *volume, const char *from, const char *to)
{
    size_t length = ascii_length(from, FUSE_PATH_MAX);
    LIST_FOR_EACH(node, &volume->files)
    {
        struct fuse_file *file = LIST_ENTRY(node, struct fuse_file, link);
        if (!ascii_starts_with(file->path, from) ||
            (file->path[length] != '\0' && file->path[length] != '/'))
            continue;
        size_t rest = ascii_length(file->path + length, FUSE_PATH_MAX) + 1;
        char *path = pool_alloc(ascii_length(to, FUSE_PATH_MAX) + rest);
        if (path == NULL) {
            file->gone = true; /* nobody knows where it is */
            continue;
        }
        memcpy(path, to, ascii_length(to, FUSE_PATH_MAX));
        memcpy(path + ascii_length(to, FUSE_PATH_MAX), file->path + length, rest);
        pool_free(file->path);
        file->path = path;
    }
}

static EFI_STATUS rename_to(struct fuse_volume *volume, const struct fuse_place *from,
                            const struct fuse_place *to)
{
    char names[2 * (FUSE_NAME_MAX + 1)];
    size_t old_size = ascii_length(from->name, FUSE_PATH_MAX) + 1,
           new_size = ascii_length(to->name, FUSE_PATH_MAX) + 1;
    const struct fuse_rename_in in = {.newdir = to->parent};
    struct fuse_entry_out taken;
    EFI_STATUS status = fuse_lookup(volume, to->parent, to->name, &taken);
    if (!EFI_ERROR(status)) {
        fuse_forget(volume, taken.nodeid);
        return EFI_ACCESS_DENIED;
    }
    if (status != EFI_NOT_FOUND)
        return status;
    memcpy(names, from->name, old_size);
    memcpy(names + old_size, to->name, new_size);
    struct fuse_call call = {.arguments = &in,
                             .arguments_size = sizeof in,
                             .data = names,
                             .data_size = old_size + new_size};
    return fuse_request(volume, FUSE_RENAME, from->parent, &call, 0);
}

static EFI_STATUS rename(struct fuse_volume *volume, struct fuse_file *file, const char *to)
{
    struct fuse_place old, new;
    if (!file->writable || file->node == FUSE_ROOT_ID || to[1] == '\0')
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = fuse_find(volume, file->path, false, &old);
    if (EFI_ERROR(status))
        return status;
    status = fuse_find(volume, to, false, &new);
    if (!EFI_ERROR(status)) {
        status = rename_to(volume, &old, &new);
        fuse_leave(volume, &new);
    }
    fuse_leave(volume, &old);
    if (!EFI_ERROR(status)) {
        CLEANUP_POOL char *from = TAKE_POINTER(file->path);
        file->path = pool_alloc(ascii_length(to, FUSE_PATH_MAX) + 1);
        if (file->path == NULL) {
            file->path = TAKE_POINTER(from);
            file->gone = true;
            return EFI_OUT_OF_RESOURCES;
        }
        memcpy(file->path, to, ascii_length(to, FUSE_PATH_MAX) + 1);
        move_paths(volume, from, to);
    }
    return status;
}

/* Where the file is to be. */
static EFI_STATUS new_path(const struct fuse_file *file, const char16_t *name, char **ret)
{
    static const char16_t above[] = {'.', '.', 0};
    char *directory;
    EFI_STATUS status = fuse_path_join(file->path, above, &directory);
    if (EFI_ERROR(status))
        return status == EFI_NOT_FOUND ? EFI_ACCESS_DENIED : status; /* the root */
    status = fuse_path_join(directory, name, ret);
    pool_free(directory);
    return status;
}

static EFI_STATUS change_name(struct fuse_volume *volume, struct fuse_file *file,
                              const struct file_info *now, const struct file_info *wanted)
{
    char *to;
    if (ucs2_equal(wanted->name, now->name))
        return EFI_SUCCESS;
    EFI_STATUS status = new_path(file, wanted->name, &to);
    if (EFI_ERROR(status))
        return status;
    if (!ascii_equal(to, file->path))
        status = rename(volume, file, to);
    pool_free(to);
    return status;
}

EFI_STATUS fuse_set_info(struct file *file, const struct file_info *info)
{
    struct fuse_volume *volume = fuse_volume_of_file(file);
    struct fuse_file *open = fuse_file_of(file);
    CLEANUP_POOL struct file_info *now = pool_alloc_zeroed(sizeof *now);
    struct fuse_setattr_in set = {0};
    struct fuse_attr attr;
    if (now == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = fuse_get_info(file, now);
    if (!EFI_ERROR(status))
        status = fuse_get_attributes(volume, open->node, &attr);
    if (!EFI_ERROR(status))
        status = plan(open, now, info, attr.mode, &set);
    if (!EFI_ERROR(status))
        status = change_name(volume, open, now, info);
    if (!EFI_ERROR(status) && set.valid != 0)
        status = fuse_set_attributes(volume, open->node, &set);
    return status;
}
