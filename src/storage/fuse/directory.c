/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "core/pool.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "storage/fuse/private.h"

/* A server could give entries without end that are none of ours. */
#define PASSED_OVER_MAX 8192u

struct entry {
    uint64_t next; /* cookie of the one after it */
    const uint8_t *name;
    size_t length;
};

/* Asks for the entries from `cookie` on. EFI_NOT_FOUND: there are none. */
static EFI_STATUS fetch(struct fuse_volume *volume, struct fuse_file *file, uint64_t cookie)
{
    const struct fuse_read_in in = {
        .fh = file->handle, .offset = cookie, .size = FUSE_DIRECTORY_SIZE};
    if (file->entries == NULL)
        file->entries = pool_alloc(FUSE_DIRECTORY_SIZE);
    if (file->entries == NULL)
        return EFI_OUT_OF_RESOURCES;
    struct fuse_call call = {.arguments = &in,
                             .arguments_size = sizeof in,
                             .result = file->entries,
                             .result_size = FUSE_DIRECTORY_SIZE};
    file->entries_length = 0;
    EFI_STATUS status = fuse_request(volume, FUSE_READDIR, file->node, &call, 0);
    if (EFI_ERROR(status))
        return status;
    file->entries_length = call.result_length;
    file->entries_position = 0;
    file->entries_cookie = cookie;
    return call.result_length == 0 ? EFI_NOT_FOUND : EFI_SUCCESS;
}

/* Takes the entry at `cookie`. */
static EFI_STATUS take(struct fuse_volume *volume, struct fuse_file *file, uint64_t cookie,
                       struct entry *ret)
{
    if (file->entries_position >= file->entries_length || file->entries_cookie != cookie) {
        EFI_STATUS status = fetch(volume, file, cookie);
        if (EFI_ERROR(status))
            return status;
    }
    struct reader reader = reader_make(file->entries, file->entries_length);
    struct fuse_dirent dirent;
    const void *name;
    if (!reader_seek(&reader, file->entries_position) ||
        !reader_copy(&reader, &dirent, sizeof dirent) ||
        !reader_take(&reader, dirent.namelen, &name)) {
        file->entries_length = 0;
        return log_failure(EFI_VOLUME_CORRUPTED, "%s: bad directory entry", volume->device->name);
    }
    /* The last one need not be padded. */
    file->entries_position += ALIGN_UP(sizeof dirent + dirent.namelen, 8);
    file->entries_cookie = dirent.off;
    *ret = (struct entry){dirent.off, name, dirent.namelen};
    return EFI_SUCCESS;
}

/* What a symbolic link leads to. EFI_NOT_FOUND: nothing that we can reach. */
static EFI_STATUS follow(struct fuse_volume *volume, const struct fuse_file *directory,
                         const char *name, struct fuse_attr *ret)
{
    struct fuse_place place;
    size_t length = ascii_length(directory->path, FUSE_PATH_MAX);
    size_t size = ascii_length(name, FUSE_NAME_MAX) + 1;
    CLEANUP_POOL char *path = pool_alloc(length + 1 + size);
    if (path == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(path, directory->path, length);
    path[length] = '/';
    length = length == 1 ? 0 : length; /* the root */
    memcpy(path + length + 1, name, size);
    EFI_STATUS status = fuse_find(volume, path, true, &place);
    if (EFI_ERROR(status)) /* whatever is wrong there, the directory is not to blame */
        return status == EFI_OUT_OF_RESOURCES ? status : EFI_NOT_FOUND;
    *ret = place.entry.attr;
    status = place.entry.nodeid == 0 ? EFI_NOT_FOUND : EFI_SUCCESS;
    if (!EFI_ERROR(status))
        fuse_forget(volume, place.entry.nodeid);
    fuse_leave(volume, &place);
    return status;
}

/* EFI_NOT_FOUND: not one of ours. */
static EFI_STATUS describe(struct fuse_volume *volume, const struct fuse_file *directory,
                           const struct entry *entry, struct file_info *ret)
{
    struct fuse_entry_out out;
    char name[FUSE_NAME_MAX + 1];
    if (!fuse_name_decode(entry->name, entry->length, ret->name))
        return EFI_NOT_FOUND;
    memcpy(name, entry->name, entry->length);
    name[entry->length] = '\0';
    if (ascii_equal(name, ".") || ascii_equal(name, ".."))
        return EFI_NOT_FOUND;
    EFI_STATUS status = fuse_lookup(volume, directory->node, name, &out);
    if (EFI_ERROR(status))
        return status;
    fuse_forget(volume, out.nodeid);
    if ((out.attr.mode & FUSE_S_IFMT) == FUSE_S_IFLNK) {
        status = follow(volume, directory, name, &out.attr);
        if (EFI_ERROR(status))
            return status;
    }
    if (!fuse_is_directory(&out.attr) && !fuse_is_file(&out.attr))
        return EFI_NOT_FOUND;
    fuse_info_from_attributes(&out.attr, ret);
    return EFI_SUCCESS;
}

EFI_STATUS fuse_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret)
{
    struct fuse_volume *volume = fuse_volume_of_file(directory);
    struct fuse_file *file = fuse_file_of(directory);
    uint64_t at = *cookie;
    if (!file->directory)
        return EFI_UNSUPPORTED;
    if (file->gone)
        return EFI_DEVICE_ERROR;
    for (unsigned i = 0; i < PASSED_OVER_MAX; i++) {
        struct entry entry = {0};
        EFI_STATUS status = take(volume, file, at, &entry);
        if (EFI_ERROR(status))
            return status;
        status = describe(volume, file, &entry, ret);
        at = entry.next;
        if (status == EFI_NOT_FOUND)
            continue;
        if (!EFI_ERROR(status))
            *cookie = at;
        return status;
    }
    return log_failure(EFI_VOLUME_CORRUPTED, "%s: a directory without end", volume->device->name);
}
