/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/block.h"
#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* A file system as storage offers it and efi/protocols/simple_file_system.c adapts it to
 * EFI_FILE_PROTOCOL (UEFI 2.10 §13.4, §13.5): the meaning of every operation, its errors included,
 * is that of the function of the same name there, without its buffers of variable size.
 *
 * An open file has no position: the adapter keeps it. For a directory the adapter keeps a cookie
 * instead, 0 at the start.
 *
 * Names and paths are UCS-2, NUL terminated. Nothing here is re-entrant for one file system. */

/* The longest name of a file, in characters. */
#define FILE_NAME_MAX 255

/* Attributes; the values are EFI's (and FAT's). */
#define FILE_READ_ONLY        0x01u
#define FILE_HIDDEN           0x02u
#define FILE_SYSTEM           0x04u
#define FILE_DIRECTORY        0x10u
#define FILE_ARCHIVE          0x20u
#define FILE_VALID_ATTRIBUTES 0x37u

/* How a file is opened; the values are EFI's EFI_FILE_MODE_…. Valid are READ, READ | WRITE and
 * READ | WRITE | CREATE. */
#define FILE_MODE_READ   0x1ull
#define FILE_MODE_WRITE  0x2ull
#define FILE_MODE_CREATE (1ull << 63)

struct file_info {
    uint64_t size;           /* bytes; 0 for a directory */
    uint64_t allocated_size; /* bytes that the file takes on the volume; 0 for a directory */
    EFI_TIME created, accessed, modified; /* all zero when the file system does not know */
    uint32_t attributes;
    char16_t name[FILE_NAME_MAX + 1]; /* without its path; empty for the root directory */
};

#define VOLUME_LABEL_MAX 64

struct file_system_info {
    bool read_only;
    uint64_t size;       /* bytes */
    uint64_t free_space; /* bytes; finding out may take a while */
    uint32_t block_size; /* bytes: the unit of allocation */
    char16_t label[VOLUME_LABEL_MAX + 1];
};

struct file;
struct file_system;

struct file_operations {
    /* Opens `path`, relative to `from` or, when it begins with a separator ('\' or '/'), to the
     * root;
     * "." and ".." are understood, and "" is `from` itself. When `from` is not a directory the path
     * is relative to the one that it is in. `attributes` count only with FILE_MODE_CREATE, and only
     * when the file is not there yet: FILE_DIRECTORY makes a directory. The caller closes *ret.
     * EFI_NOT_FOUND, EFI_WRITE_PROTECTED, EFI_ACCESS_DENIED (a read-only file for writing, or a
     * file where a directory is to be created and the reverse), EFI_INVALID_PARAMETER (mode,
     * attributes, a name that cannot be), EFI_VOLUME_FULL, EFI_VOLUME_CORRUPTED,
     * EFI_OUT_OF_RESOURCES, EFI_DEVICE_ERROR. */
    EFI_STATUS(*open)
    (struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
     struct file **ret);

    /* What was written is on its way to the device; a volatile cache in the device is only flushed
     * by flush(). */
    void (*close)(struct file *file);

    /* Deletes the file or empty directory and closes it in any case: EFI_SUCCESS, or
     * EFI_WARN_DELETE_FAILURE when it was not deleted. Other open handles of the file get
     * EFI_DEVICE_ERROR from then on. */
    EFI_STATUS (*delete_file)(struct file *file);

    /* Reads up to `size` bytes; less at the end of the file, 0 there. Beyond it, and for a deleted
     * file: EFI_DEVICE_ERROR. A directory: EFI_UNSUPPORTED. */
    EFI_STATUS(*read)
    (struct file *file, uint64_t position, void *buffer, size_t size, size_t *ret_size);

    /* Where what read() would read begins on the device, as a byte offset, and how much of it lies
     * together there: 0 at the end of the file. Whoever reads it there himself does so before
     * anything on the file system is changed. NULL: not possible. */
    EFI_STATUS(*map)
    (struct file *file, uint64_t position, size_t size, uint64_t *ret_offset, size_t *ret_size);

    /* Writes all of `size` bytes and extends the file as needed, a gap with zeros; or fails and
     * leaves the file's size as it was. EFI_UNSUPPORTED (a directory), EFI_ACCESS_DENIED (opened
     * for reading), EFI_WRITE_PROTECTED, EFI_VOLUME_FULL (also when no file of that size can be).
     */
    EFI_STATUS (*write)(struct file *file, uint64_t position, const void *buffer, size_t size);

    /* The next entry after *cookie, which then names the one after it; "." and ".." are left out.
     * EFI_NOT_FOUND: there is none. Entries that are made or deleted meanwhile are seen or not, but
     * no other twice. EFI_UNSUPPORTED when `directory` is not one. */
    EFI_STATUS (*read_directory)(struct file *directory, uint64_t *cookie, struct file_info *ret);

    EFI_STATUS (*get_info)(struct file *file, struct file_info *ret);

    /* Changes size, times, attributes and name to those of `info`; what is the same stays
     * untouched, as do times that are all zero; allocated_size is not looked at. A name with
     * separators moves the file (relative to its directory, or absolute). EFI_ACCESS_DENIED: the
     * new name is taken, the size of a directory or FILE_DIRECTORY would change, or the file was
     * opened for reading and something else than an attribute would change. Otherwise as write().
     */
    EFI_STATUS (*set_info)(struct file *file, const struct file_info *info);

    /* Everything about the file is on the medium afterwards. EFI_ACCESS_DENIED: opened for
     * reading. */
    EFI_STATUS (*flush)(struct file *file);
};

struct file_system_operations {
    EFI_STATUS (*open_root)(struct file_system *file_system, struct file **ret);
    EFI_STATUS (*get_info)(struct file_system *file_system, struct file_system_info *ret);

    /* EFI_INVALID_PARAMETER: too long, or characters that the file system does not have. */
    EFI_STATUS (*set_label)(struct file_system *file_system, const char16_t *label);

    /* Writes what is left and frees everything. All files are closed already. */
    void (*unmount)(struct file_system *file_system);
};

struct file_system {
    const struct file_system_operations *operations;
    const struct file_operations *file_operations;
    struct block_device *device; /* for map(); NULL without it */
};

struct file {
    struct file_system *file_system;
};

/* A kind of file system, in the linker table `file_system_types`. mount() answers EFI_UNSUPPORTED,
 * without a log line, to anything that is not its own; `device` must live until unmount(). */
struct file_system_type {
    const char *name;
    EFI_STATUS (*mount)(struct block_device *device, struct file_system **ret);
};

/* Mounts whatever file system is on `device`. EFI_UNSUPPORTED: none that we know. A known one that
 * is broken: one log line, and EFI_VOLUME_CORRUPTED. */
EFI_STATUS file_system_mount(struct block_device *device, struct file_system **ret) MUST_CHECK;

/* The clock for the times of new and changed files; without one, or while it fails, they are dated
 * 1980-01-01. */
void file_system_set_clock(EFI_STATUS (*get_time)(EFI_TIME *ret));
EFI_TIME file_system_time(void);

/* One component of a path. */
struct path_component {
    const char16_t *name; /* not NUL terminated */
    size_t length;        /* 0 at the end of the path */
};

static inline bool path_is_separator(char16_t c)
{
    return c == '\\' || c == '/';
}

/* Takes the next component off the front of *path, with the separators around it. */
struct path_component path_next(const char16_t **path);
