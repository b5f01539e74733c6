/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/ramdisk.h"
#include "storage/file_system.h"

/* A FAT volume on a RAM disk, made by mkfs.vfat and mtools: other people's writing of what we read,
 * and fsck.vfat as the judge of what we write. */
struct fixture {
    struct ramdisk disk;
    struct file_system *file_system;
    struct file *root;
    char image[64]; /* the file while tools work on it */
};

/* False where the tools are not installed. */
bool fixture_has_tools(void);

/* Makes an image of `kib` KiB with mkfs.vfat's `options`. */
void fixture_format(struct fixture *fixture, const char *options, size_t kib);
/* Runs a command on it, with "$i" for the image; it must succeed. */
void fixture_run(struct fixture *fixture, const char *command);
/* Takes the image into the RAM disk. */
void fixture_load(struct fixture *fixture, uint32_t block_size);
void fixture_mount(struct fixture *fixture);
/* The three for one of some layouts of FAT12, FAT16 and FAT32. */
#define FIXTURE_LAYOUTS 4u
void fixture_make(struct fixture *fixture, size_t layout);
void fixture_unmount(struct fixture *fixture);
/* Unmounts, and lets fsck.vfat judge; it must find nothing. */
void fixture_check(struct fixture *fixture);
void fixture_release(struct fixture *fixture);

/* ASCII names become UCS-2. The result lives until the next call but three. */
const char16_t *u(const char *text);
struct file *open_file(struct file *from, const char *path, uint64_t mode, uint32_t attributes);
EFI_STATUS try_open(struct file *from, const char *path, uint64_t mode, uint32_t attributes,
                    struct file **ret);
void close_file(struct file *file);
struct file_info info_of(struct file *file);
/* Byte `i` of a test file. */
uint8_t pattern(size_t i);
void write_file(struct file *root, const char *path, size_t size);
/* The file holds `size` bytes of pattern(). */
void expect_file(struct file *root, const char *path, size_t size);
void make_directory(struct file *root, const char *path);
EFI_STATUS delete_path(struct file *root, const char *path);
EFI_STATUS set_info(struct file *file, const struct file_info *info);
uint64_t free_space(struct fixture *fixture);
bool exists(struct file *root, const char *path);

#define MODE_READ   FILE_MODE_READ
#define MODE_WRITE  (FILE_MODE_READ | FILE_MODE_WRITE)
#define MODE_CREATE (FILE_MODE_READ | FILE_MODE_WRITE | FILE_MODE_CREATE)
