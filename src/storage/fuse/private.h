/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "lib/list.h"
#include "storage/fuse/fuse.h"

/* Shared by the files of this folder only. */

#define FUSE_NAME_MAX       255u  /* bytes of UTF-8 in a name */
#define FUSE_PATH_MAX       4096u /* bytes of UTF-8 in a path, with its NUL */
#define FUSE_DIRECTORY_SIZE 4096u /* bytes of entries that are asked for at a time */

struct fuse_volume {
    struct file_system file_system;
    struct fuse_device *device;
    uint64_t unique;
    uint32_t data_max; /* bytes in one READ or WRITE */
    struct list files; /* open ones */
};

struct fuse_file {
    struct file file;
    struct list link;
    char *path; /* UTF-8, from the root: "/", "/a/b" */
    uint64_t node, handle;
    bool directory, writable;
    bool is_link; /* `path` names a symbolic link to it */
    bool gone;    /* deleted through this or another handle */

    /* Of a directory: entries that were read and not yet told. */
    uint8_t *entries;
    size_t entries_length, entries_position;
    uint64_t entries_cookie; /* of the entry at entries_position */
};

static inline struct fuse_file *fuse_file_of(struct file *file)
{
    return CONTAINER_OF(file, struct fuse_file, file);
}

static inline struct fuse_volume *fuse_volume_of(struct file_system *file_system)
{
    return CONTAINER_OF(file_system, struct fuse_volume, file_system);
}

static inline struct fuse_volume *fuse_volume_of_file(struct file *file)
{
    return fuse_volume_of(file->file_system);
}

/* Sends a request about `node`; `call` has arguments, data and room for the result, of which the
 * reply must have `least` bytes. An error of the server's comes back as EFI's; a reply against the
 * rules is EFI_VOLUME_CORRUPTED. (request.c) */
EFI_STATUS fuse_request(struct fuse_volume *volume, enum fuse_opcode opcode, uint64_t node,
                        struct fuse_call *call, size_t least) MUST_CHECK;
/* A node from a reply: 0 stands for "there is none", and 1 is the root, which nobody gives. */
EFI_STATUS fuse_check_entry(struct fuse_volume *volume,
                            const struct fuse_entry_out *entry) MUST_CHECK;
/* Requests that most callers make alike. */
EFI_STATUS fuse_lookup(struct fuse_volume *volume, uint64_t parent, const char *name,
                       struct fuse_entry_out *ret) MUST_CHECK;
EFI_STATUS fuse_get_attributes(struct fuse_volume *volume, uint64_t node,
                               struct fuse_attr *ret) MUST_CHECK;
EFI_STATUS fuse_set_attributes(struct fuse_volume *volume, uint64_t node,
                               const struct fuse_setattr_in *attributes) MUST_CHECK;
/* Unlinks, removes: requests of a name in a directory and nothing else. */
EFI_STATUS fuse_name_request(struct fuse_volume *volume, enum fuse_opcode opcode, uint64_t parent,
                             const char *name) MUST_CHECK;
/* Every node that came from a reply is given back. */
void fuse_forget(struct fuse_volume *volume, uint64_t node);

/* Where a path leads (find.c). */
struct fuse_place {
    uint64_t parent;             /* the node of its directory */
    const char *name;            /* in that; "" for the root itself */
    struct fuse_entry_out entry; /* node 0: nothing is there, or nobody has looked */
    bool is_link;                /* a symbolic link has led there from the path's last name */
    char *own;                   /* the text that `name` is in, or NULL */
};

/* Finds the place of `path`, through symbolic links on the way and, with `through`, one at its end:
 * then `entry` tells of what is there, and its node is the caller's to forget. The path must live
 * as long as the place does. EFI_NOT_FOUND: no such directory, a link to what is above the root, or
 * links without end. */
EFI_STATUS fuse_find(struct fuse_volume *volume, const char *path, bool through,
                     struct fuse_place *ret) MUST_CHECK;
void fuse_leave(struct fuse_volume *volume, struct fuse_place *place);

/* Paths (path.c). Joins `path` (UCS-2) to `directory`; "." and ".." are resolved. The result is the
 * caller's. EFI_NOT_FOUND: above the root. EFI_INVALID_PARAMETER: too long. */
EFI_STATUS fuse_path_join(const char *directory, const char16_t *path, char **ret) MUST_CHECK;
/* The last name in a path; "" for the root. */
const char *fuse_path_name(const char *path);
/* UTF-8 to UCS-2: false for what is no name of a file here. */
bool fuse_name_decode(const uint8_t *name, size_t length, char16_t ret[FILE_NAME_MAX + 1]);

static inline bool fuse_is_directory(const struct fuse_attr *attr)
{
    return (attr->mode & FUSE_S_IFMT) == FUSE_S_IFDIR;
}

static inline bool fuse_is_file(const struct fuse_attr *attr)
{
    return (attr->mode & FUSE_S_IFMT) == FUSE_S_IFREG;
}

/* All of struct file_info but the name (info.c). */
void fuse_info_from_attributes(const struct fuse_attr *attr, struct file_info *ret);

/* Opens the root when `path` is "/", which is taken over also on failure (open.c). */
EFI_STATUS fuse_open_path(struct fuse_volume *volume, char *path, uint64_t mode,
                          uint32_t attributes, struct file **ret) MUST_CHECK;

/* struct file_operations. */
EFI_STATUS fuse_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                     struct file **ret);
void fuse_close(struct file *file);
EFI_STATUS fuse_delete(struct file *file);
EFI_STATUS fuse_read(struct file *file, uint64_t position, void *buffer, size_t size,
                     size_t *ret_size);
EFI_STATUS fuse_write(struct file *file, uint64_t position, const void *buffer, size_t size);
EFI_STATUS fuse_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret);
EFI_STATUS fuse_get_info(struct file *file, struct file_info *ret);
EFI_STATUS fuse_set_info(struct file *file, const struct file_info *info);
EFI_STATUS fuse_flush(struct file *file);
