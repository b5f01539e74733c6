/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/ascii.h"
#include "lib/memory.h"
#include "storage/fuse/private.h"

/* Opening, making, closing and deleting. */

#define NEW_FILE_MODE      (FUSE_S_IFREG | 0644u)
#define NEW_DIRECTORY_MODE 0755u

static uint32_t open_flags(const struct fuse_file *file)
{
    return file->writable && !file->directory ? FUSE_O_RDWR : FUSE_O_RDONLY;
}

/* The node is looked up already. */
static EFI_STATUS open_node(struct fuse_volume *volume, struct fuse_file *file)
{
    const struct fuse_open_in in = {.flags = open_flags(file)};
    struct fuse_open_out out;
    struct fuse_call call = {
        .arguments = &in, .arguments_size = sizeof in, .result = &out, .result_size = sizeof out};
    EFI_STATUS status = fuse_request(volume, file->directory ? FUSE_OPENDIR : FUSE_OPEN, file->node,
                                     &call, sizeof out);
    if (!EFI_ERROR(status))
        file->handle = out.fh;
    return status;
}

static EFI_STATUS release_node(struct fuse_volume *volume, const struct fuse_file *file)
{
    const struct fuse_release_in in = {.fh = file->handle, .flags = open_flags(file)};
    struct fuse_call call = {.arguments = &in, .arguments_size = sizeof in};
    return fuse_request(volume, file->directory ? FUSE_RELEASEDIR : FUSE_RELEASE, file->node, &call,
                        0);
}

/* Opens what is there, of which `attr` tells. */
static EFI_STATUS open_existing(struct fuse_volume *volume, struct fuse_file *file,
                                const struct fuse_attr *attr, uint64_t mode, uint32_t attributes)
{
    file->directory = fuse_is_directory(attr);
    if (!file->directory && !fuse_is_file(attr))
        return EFI_ACCESS_DENIED;
    if ((mode & FILE_MODE_CREATE) != 0 && file->directory != ((attributes & FILE_DIRECTORY) != 0))
        return EFI_ACCESS_DENIED;
    if (file->writable && !file->directory && (attr->mode & FUSE_WRITERS) == 0)
        return EFI_ACCESS_DENIED;
    return open_node(volume, file);
}

static EFI_STATUS make_directory(struct fuse_volume *volume, uint64_t parent, const char *name,
                                 struct fuse_file *file)
{
    const struct fuse_mkdir_in in = {.mode = NEW_DIRECTORY_MODE};
    struct fuse_entry_out entry;
    struct fuse_call call = {.arguments = &in,
                             .arguments_size = sizeof in,
                             .data = name,
                             .data_size = ascii_length(name, FUSE_PATH_MAX) + 1,
                             .result = &entry,
                             .result_size = sizeof entry};
    EFI_STATUS status = fuse_request(volume, FUSE_MKDIR, parent, &call, sizeof entry);
    if (!EFI_ERROR(status))
        status = fuse_check_entry(volume, &entry);
    if (EFI_ERROR(status))
        return status;
    file->node = entry.nodeid;
    file->directory = true;
    return open_node(volume, file);
}

static EFI_STATUS make_file(struct fuse_volume *volume, uint64_t parent, const char *name,
                            struct fuse_file *file)
{
    const struct fuse_create_in in = {.flags = FUSE_O_RDWR | FUSE_O_CREAT | FUSE_O_EXCL,
                                      .mode = NEW_FILE_MODE};
    struct {
        struct fuse_entry_out entry;
        struct fuse_open_out open;
    } out;
    struct fuse_call call = {.arguments = &in,
                             .arguments_size = sizeof in,
                             .data = name,
                             .data_size = ascii_length(name, FUSE_PATH_MAX) + 1,
                             .result = &out,
                             .result_size = sizeof out};
    EFI_STATUS status = fuse_request(volume, FUSE_CREATE, parent, &call, sizeof out);
    if (!EFI_ERROR(status))
        status = fuse_check_entry(volume, &out.entry);
    if (EFI_ERROR(status))
        return status;
    file->node = out.entry.nodeid;
    file->handle = out.open.fh;
    return EFI_SUCCESS;
}

/* On failure file->node is to be forgotten, unless it is 0. */
static EFI_STATUS open_place(struct fuse_volume *volume, const struct fuse_place *place,
                             struct fuse_file *file, uint64_t mode, uint32_t attributes)
{
    file->node = place->entry.nodeid;
    file->is_link = place->is_link;
    if (file->node != 0)
        return open_existing(volume, file, &place->entry.attr, mode, attributes);
    if ((mode & FILE_MODE_CREATE) == 0)
        return EFI_NOT_FOUND;
    return (attributes & FILE_DIRECTORY) != 0
               ? make_directory(volume, place->parent, place->name, file)
               : make_file(volume, place->parent, place->name, file);
}

EFI_STATUS fuse_open_path(struct fuse_volume *volume, char *path, uint64_t mode,
                          uint32_t attributes, struct file **ret)
{
    struct fuse_place place;
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    struct fuse_file *file = pool_alloc_zeroed(sizeof *file);
    if (file == NULL)
        goto free;
    file->file.file_system = &volume->file_system;
    file->path = path;
    file->writable = (mode & FILE_MODE_WRITE) != 0;
    status = fuse_find(volume, path, true, &place);
    if (EFI_ERROR(status))
        goto free;
    status = open_place(volume, &place, file, mode, attributes);
    fuse_leave(volume, &place);
    if (EFI_ERROR(status)) {
        if (file->node != 0)
            fuse_forget(volume, file->node);
        goto free;
    }
    list_append(&volume->files, &file->link);
    *ret = &file->file;
    return EFI_SUCCESS;

free:
    pool_free(file);
    pool_free(path);
    return status;
}

/* The directory that `file` is, or is in. */
static EFI_STATUS join(const struct fuse_file *file, const char16_t *path, char **ret)
{
    static const char16_t here[] = {'.', 0}, above[] = {'.', '.', 0};
    char *directory;
    if (file->directory || *path == 0)
        return fuse_path_join(file->path, *path == 0 ? here : path, ret);
    EFI_STATUS status = fuse_path_join(file->path, above, &directory);
    if (EFI_ERROR(status))
        return status;
    status = fuse_path_join(directory, path, ret);
    pool_free(directory);
    return status;
}

EFI_STATUS fuse_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                     struct file **ret)
{
    char *joined;
    EFI_STATUS status = join(fuse_file_of(from), path, &joined);
    if (EFI_ERROR(status))
        return status;
    return fuse_open_path(fuse_volume_of_file(from), joined, mode, attributes, ret);
}

void fuse_close(struct file *file)
{
    struct fuse_volume *volume = fuse_volume_of_file(file);
    struct fuse_file *open = fuse_file_of(file);
    EFI_STATUS status = release_node(volume, open);
    (void)status; /* there is nobody to tell */
    fuse_forget(volume, open->node);
    list_remove(&open->link);
    pool_free(open->entries);
    pool_free(open->path);
    pool_free(open);
}

/* Other handles of the same file know that it is gone. */
static void mark_gone(struct fuse_volume *volume, const struct fuse_file *file)
{
    LIST_FOR_EACH(node, &volume->files)
    {
        struct fuse_file *other = LIST_ENTRY(node, struct fuse_file, link);
        if (ascii_equal(other->path, file->path))
            other->gone = true;
    }
}

/* A link that has led to the file goes, and not the file. */
static EFI_STATUS remove(struct fuse_volume *volume, const struct fuse_file *file)
{
    struct fuse_place place;
    if (file->gone || !file->writable || file->node == FUSE_ROOT_ID)
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = fuse_find(volume, file->path, false, &place);
    if (EFI_ERROR(status))
        return status;
    bool directory = file->directory && !file->is_link;
    status =
        fuse_name_request(volume, directory ? FUSE_RMDIR : FUSE_UNLINK, place.parent, place.name);
    fuse_leave(volume, &place);
    return status;
}

EFI_STATUS fuse_delete(struct file *file)
{
    struct fuse_volume *volume = fuse_volume_of_file(file);
    EFI_STATUS status = remove(volume, fuse_file_of(file));
    if (!EFI_ERROR(status))
        mark_gone(volume, fuse_file_of(file));
    fuse_close(file);
    return EFI_ERROR(status) ? EFI_WARN_DELETE_FAILURE : EFI_SUCCESS;
}
