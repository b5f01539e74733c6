/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is an ISO 9660 volume from its first descriptor on (the 16 sectors in front of it are
 * nobody's): everything on it is listed and read. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "models/ramdisk.h"
#include "storage/iso9660/iso9660.h"

#define SECTOR      2048u
#define SECTORS_MAX 64u
#define DEPTH_MAX   6u
#define ENTRIES_MAX 200u /* of the whole walk */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct file_operations *operations;
static unsigned entries;

static void use(struct file *file, unsigned depth);

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
        use(file, depth);
        operations->close(file);
    }
}

static void use(struct file *file, unsigned depth)
{
    uint8_t buffer[3000];
    size_t done;
    struct file_info info;
    struct file *up;
    if (EFI_ERROR(operations->get_info(file, &info)))
        abort();
    if ((info.attributes & FILE_DIRECTORY) != 0 && depth < DEPTH_MAX)
        walk(file, depth + 1);
    if (!EFI_ERROR(operations->read(file, info.size / 2, buffer, sizeof buffer, &done)) &&
        done > info.size)
        abort();
    if (!EFI_ERROR(operations->open(file, u"..\\.", FILE_MODE_READ, 0, &up)))
        operations->close(up);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t space[(16 + SECTORS_MAX) * SECTOR];
    struct ramdisk disk;
    struct file_system *file_system;
    struct file_system_info info;
    struct file *root;
    if (size > SECTORS_MAX * SECTOR)
        return 0;
    memcpy(space + 16 * SECTOR, data, size);
    memset(space + 16 * SECTOR + size, 0, SECTORS_MAX * SECTOR - size);
    ramdisk_init_over(&disk, 512, space, 16 * SECTOR + size);
    if (!EFI_ERROR(iso9660_mount(&disk.device, &file_system))) {
        operations = file_system->file_operations;
        if (EFI_ERROR(file_system->operations->open_root(file_system, &root)) ||
            EFI_ERROR(file_system->operations->get_info(file_system, &info)))
            abort();
        entries = 0;
        walk(root, 0);
        operations->close(root);
        file_system->operations->unmount(file_system);
    }
    ramdisk_release(&disk);
    return 0;
}
