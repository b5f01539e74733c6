/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* FUSE 7.31 as virtio-fs carries it (virtio 1.2 §5.11.6; the protocol is that of Linux'
 * include/uapi/linux/fuse.h). Everything is little endian, and every reply begins with
 * fuse_out_header. */

#include <stddef.h>
#include <stdint.h>

#define FUSE_VERSION_MAJOR 7u
#define FUSE_VERSION_MINOR 31u
#define FUSE_MINOR_MIN     27u /* of servers: replies have been as they are here since */
#define FUSE_ROOT_ID       1u
#define FUSE_MAX_PAGES     (1u << 22) /* in fuse_init_in::flags */

enum fuse_opcode {
    FUSE_LOOKUP = 1,
    FUSE_FORGET = 2,
    FUSE_GETATTR = 3,
    FUSE_SETATTR = 4,
    FUSE_READLINK = 5,
    FUSE_MKDIR = 9,
    FUSE_UNLINK = 10,
    FUSE_RMDIR = 11,
    FUSE_RENAME = 12,
    FUSE_OPEN = 14,
    FUSE_READ = 15,
    FUSE_WRITE = 16,
    FUSE_STATFS = 17,
    FUSE_RELEASE = 18,
    FUSE_FSYNC = 20,
    FUSE_INIT = 26,
    FUSE_OPENDIR = 27,
    FUSE_READDIR = 28,
    FUSE_RELEASEDIR = 29,
    FUSE_FSYNCDIR = 30,
    FUSE_CREATE = 35,
    FUSE_DESTROY = 38,
};

struct fuse_in_header {
    uint32_t len, opcode;
    uint64_t unique, nodeid;
    uint32_t uid, gid, pid, padding;
};

struct fuse_out_header {
    uint32_t len;
    int32_t error; /* 0, or a negative number of Linux' errno.h */
    uint64_t unique;
};

struct fuse_attr {
    uint64_t ino, size, blocks; /* blocks of 512 bytes */
    uint64_t atime, mtime, ctime;
    uint32_t atimensec, mtimensec, ctimensec;
    uint32_t mode, nlink, uid, gid, rdev, blksize, flags;
};

struct fuse_entry_out {
    uint64_t nodeid, generation, entry_valid, attr_valid;
    uint32_t entry_valid_nsec, attr_valid_nsec;
    struct fuse_attr attr;
};

struct fuse_forget_in {
    uint64_t nlookup;
};

struct fuse_getattr_in {
    uint32_t flags, dummy;
    uint64_t fh;
};

struct fuse_attr_out {
    uint64_t attr_valid;
    uint32_t attr_valid_nsec, dummy;
    struct fuse_attr attr;
};

#define FATTR_MODE  (1u << 0)
#define FATTR_SIZE  (1u << 3)
#define FATTR_ATIME (1u << 4)
#define FATTR_MTIME (1u << 5)
#define FATTR_FH    (1u << 6)

struct fuse_setattr_in {
    uint32_t valid, padding;
    uint64_t fh, size, lock_owner, atime, mtime, ctime;
    uint32_t atimensec, mtimensec, ctimensec, mode, unused4, uid, gid, unused5;
};

struct fuse_mkdir_in {
    uint32_t mode, umask;
};

struct fuse_rename_in {
    uint64_t newdir;
};

struct fuse_open_in {
    uint32_t flags, open_flags;
};

struct fuse_create_in {
    uint32_t flags, mode, umask, open_flags;
};

struct fuse_open_out {
    uint64_t fh;
    uint32_t open_flags, padding;
};

struct fuse_read_in {
    uint64_t fh, offset;
    uint32_t size, read_flags;
    uint64_t lock_owner;
    uint32_t flags, padding;
};

struct fuse_write_in {
    uint64_t fh, offset;
    uint32_t size, write_flags;
    uint64_t lock_owner;
    uint32_t flags, padding;
};

struct fuse_write_out {
    uint32_t size, padding;
};

struct fuse_release_in {
    uint64_t fh;
    uint32_t flags, release_flags;
    uint64_t lock_owner;
};

struct fuse_fsync_in {
    uint64_t fh;
    uint32_t fsync_flags, padding;
};

struct fuse_statfs_out {
    uint64_t blocks, bfree, bavail, files, ffree;
    uint32_t bsize, namelen, frsize, padding, spare[6];
};

struct fuse_init_in {
    uint32_t major, minor, max_readahead, flags;
};

struct fuse_init_out {
    uint32_t major, minor, max_readahead, flags;
    uint16_t max_background, congestion_threshold;
    uint32_t max_write, time_gran;
    uint16_t max_pages, map_alignment;
    uint32_t unused[8];
};

/* Followed by the name, without NUL, and zeros up to a multiple of 8 bytes. */
struct fuse_dirent {
    uint64_t ino, off;
    uint32_t namelen, type;
};

_Static_assert(sizeof(struct fuse_in_header) == 40, "fuse.h");
_Static_assert(sizeof(struct fuse_out_header) == 16, "fuse.h");
_Static_assert(sizeof(struct fuse_attr) == 88, "fuse.h");
_Static_assert(sizeof(struct fuse_entry_out) == 128, "fuse.h");
_Static_assert(sizeof(struct fuse_attr_out) == 104, "fuse.h");
_Static_assert(sizeof(struct fuse_setattr_in) == 88, "fuse.h");
_Static_assert(sizeof(struct fuse_read_in) == 40, "fuse.h");
_Static_assert(sizeof(struct fuse_statfs_out) == 80, "fuse.h");
_Static_assert(sizeof(struct fuse_init_out) == 64, "fuse.h");
_Static_assert(sizeof(struct fuse_dirent) == 24, "fuse.h");

/* Numbers of Linux that servers use: file types and permissions, and how files are opened. */
#define FUSE_S_IFMT  0170000u
#define FUSE_S_IFDIR 0040000u
#define FUSE_S_IFREG 0100000u
#define FUSE_S_IFLNK 0120000u
#define FUSE_WRITERS 0222u

#define FUSE_O_RDONLY 0u
#define FUSE_O_RDWR   2u
#define FUSE_O_CREAT  0100u
#define FUSE_O_EXCL   0200u

#define FUSE_EPERM        1
#define FUSE_ENOENT       2
#define FUSE_ENOMEM       12
#define FUSE_EACCES       13
#define FUSE_EEXIST       17
#define FUSE_ENOTDIR      20
#define FUSE_EISDIR       21
#define FUSE_EINVAL       22
#define FUSE_EFBIG        27
#define FUSE_ENOSPC       28
#define FUSE_EROFS        30
#define FUSE_ENAMETOOLONG 36
#define FUSE_ENOSYS       38
#define FUSE_ENOTEMPTY    39
#define FUSE_EDQUOT       122
#define FUSE_ERROR_MAX    4095
