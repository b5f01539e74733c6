/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is a FAT volume, or the beginning of one: everything in it is listed and read, then
 * changed. Its last byte says 1: blocks of 4096 bytes, 2: the disk has 2.5 MB, as FAT16 needs more
 * than an input should have, 4: requests complete later. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "lib/ucs2.h"
#include "models/ramdisk.h"
#include "storage/fat/fat.h"

#define DISK_SIZE   (5000u * 512)
#define BLOCK_MAX   4096u
#define DEPTH_MAX   4u
#define ENTRIES_MAX 150u /* of the whole walk */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct file_operations *operations;
static unsigned entries;

static void ignore(EFI_STATUS status)
{
    (void)status;
}

static void read_some(struct file *file, uint64_t size)
{
    uint8_t buffer[3000];
    size_t done;
    const uint64_t positions[] = {0,    size / 2, size > 100 ? size - 100 : 0, size, 1, 3001,
                                  6001, 9001};
    for (size_t i = 0; i < ARRAY_SIZE(positions); i++)
        ignore(operations->read(file, positions[i], buffer, sizeof buffer, &done));
}

static void walk(struct file *directory, unsigned depth)
{
    struct file_info info;
    uint64_t cookie = 0;
    while (entries < ENTRIES_MAX &&
           !EFI_ERROR(operations->read_directory(directory, &cookie, &info))) {
        struct file *file;
        entries++;
        if (EFI_ERROR(operations->open(directory, info.name, FILE_MODE_READ, 0, &file)))
            continue;
        ignore(operations->get_info(file, &info));
        if ((info.attributes & FILE_DIRECTORY) == 0)
            read_some(file, info.size);
        else if (depth < DEPTH_MAX)
            walk(file, depth + 1);
        operations->close(file);
    }
}

static void change(struct file *file, unsigned what)
{
    struct file_info info;
    static const char16_t new_name[] = {'n', 'e', 'w', ' ', 'n', 'a', 'm', 'e', '.', 't', 0};
    if (EFI_ERROR(operations->get_info(file, &info))) {
        operations->close(file);
        return;
    }
    switch (what % 5) {
    case 0:
        ignore(operations->write(file, info.size > 10 ? info.size - 10 : 0, &info, sizeof info));
        break;
    case 1:
        info.size /= 2;
        ignore(operations->set_info(file, &info));
        break;
    case 2:
        memcpy(info.name, new_name, sizeof new_name);
        info.attributes ^= FILE_HIDDEN;
        ignore(operations->set_info(file, &info));
        break;
    case 3:
        ignore(operations->delete_file(file));
        return;
    default:
        info.size += 2000;
        ignore(operations->set_info(file, &info));
        ignore(operations->flush(file));
        break;
    }
    operations->close(file);
}

static void change_all(struct file *directory, unsigned depth)
{
    static const char16_t made[] = {'M', 'a', 'd', 'e', ' ', 'u', 'p', 0};
    struct file_info info;
    struct file *file;
    uint64_t cookie = 0;
    while (entries < ENTRIES_MAX &&
           !EFI_ERROR(operations->read_directory(directory, &cookie, &info))) {
        if (EFI_ERROR(
                operations->open(directory, info.name, FILE_MODE_READ | FILE_MODE_WRITE, 0, &file)))
            continue;
        if ((info.attributes & FILE_DIRECTORY) != 0 && depth < DEPTH_MAX)
            change_all(file, depth + 1);
        change(file, entries++);
    }
    if (!EFI_ERROR(operations->open(directory, made,
                                    FILE_MODE_READ | FILE_MODE_WRITE | FILE_MODE_CREATE,
                                    depth % 2 != 0 ? FILE_DIRECTORY : 0, &file))) {
        ignore(operations->write(file, 700, made, sizeof made));
        operations->close(file);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ramdisk disk;
    struct file_system *file_system;
    struct file *root;
    struct file_system_info info;
    if (size < BLOCK_MAX || size > DISK_SIZE)
        return 0;
    unsigned flags = data[size - 1];
    uint32_t block = (flags & 1) != 0 ? BLOCK_MAX : 512;
    /* The same memory every time: to get and clear that much anew takes longer than all the rest.
     */
    static uint8_t space[DISK_SIZE];
    memcpy(space, data, size);
    memset(space + size, 0, DISK_SIZE - size);
    ramdisk_init_over(&disk, block, space, (flags & 2) != 0 ? DISK_SIZE : size);
    disk.asynchronous = (flags & 4) != 0;
    if (!EFI_ERROR(fat_mount(&disk.device, &file_system))) {
        operations = file_system->file_operations;
        if (!EFI_ERROR(file_system->operations->open_root(file_system, &root))) {
            entries = 0;
            walk(root, 0);
            ignore(file_system->operations->get_info(file_system, &info));
            entries = 0;
            change_all(root, 0);
            ignore(file_system->operations->set_label(file_system, u"LABEL"));
            walk(root, 0);
            operations->close(root);
        }
        file_system->operations->unmount(file_system);
    }
    ramdisk_release(&disk);
    return 0;
}
