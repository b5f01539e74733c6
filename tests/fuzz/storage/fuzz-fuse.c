/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "lib/macros.h"
#include "models/fuse_server.h"
#include "models/fuzz_bytes.h"
#include "storage/fuse/fuse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A FUSE server whose replies have any bytes changed, with symbolic links to anywhere. */

#define OPEN_FILES 4

static struct fuzz_bytes input;

static void corrupt(void *context, uint8_t *reply, uint32_t *length, uint32_t room)
{
    uint64_t choice = fuzz_take(&input, 1);
    if (choice < 0xc0)
        return;
    if (choice < 0xd0)
        *length = (uint32_t)fuzz_take(&input, 2);
    for (unsigned i = 0; i < (choice & 7); i++) {
        uint64_t at = fuzz_take(&input, 1) % room;
        reply[at] = (uint8_t)fuzz_take(&input, 1);
    }
}

static void take_path(char16_t path[16])
{
    static const char16_t letters[] = {'\\', '.', '.', 'a', 'b', 'E', 'l', 0xe4, 0xd800};
    for (unsigned i = 0; i < 15; i++)
        path[i] = letters[fuzz_take(&input, 1) % ARRAY_SIZE(letters)];
    path[fuzz_take(&input, 1) % 16] = 0;
    path[15] = 0;
}

static void use(struct file_system *fs, struct file **files)
{
    static struct file_info info;
    static const uint64_t modes[] = {FILE_MODE_READ, FILE_MODE_READ | FILE_MODE_WRITE,
                                     FILE_MODE_READ | FILE_MODE_WRITE | FILE_MODE_CREATE};
    const struct file_operations *o = fs->file_operations;
    unsigned what = (unsigned)fuzz_take(&input, 1);
    unsigned to = 1 + what / 64 % (OPEN_FILES - 1);
    struct file *file = files[what / 16 % OPEN_FILES];
    size_t size = fuzz_take(&input, 2), done = 0;
    uint64_t position = fuzz_take(&input, 1), cookie = position;
    uint8_t *buffer = calloc(1, size + 1);
    char16_t path[16];
    if (file == NULL)
        file = files[0];
    switch (what % 8) {
    case 0:
        take_path(path);
        if (files[to] == NULL &&
            EFI_ERROR(o->open(file, path, modes[position % 3], (what & 1) != 0 ? FILE_DIRECTORY : 0,
                              &files[to])))
            files[to] = NULL;
        break;
    case 1:
        if (!EFI_ERROR(o->read(file, position, buffer, size, &done)) && done > size)
            abort();
        break;
    case 2:
        (void)!o->write(file, position, buffer, size % 100);
        break;
    case 3:
        for (unsigned i = 0; i < 8 && !EFI_ERROR(o->read_directory(file, &cookie, &info)); i++)
            ;
        break;
    case 4:
        if (!EFI_ERROR(o->get_info(file, &info))) {
            take_path(info.name);
            info.size ^= position;
            info.attributes ^= what / 16;
            (void)!o->set_info(file, &info);
        }
        break;
    case 5:
        (void)!o->flush(file);
        break;
    default:
        if (files[to] != NULL && what % 8 == 6)
            (void)!o->delete_file(files[to]);
        else if (files[to] != NULL)
            o->close(files[to]);
        files[to] = NULL;
        break;
    }
    free(buffer);
}

/* Two links to anywhere, with names that paths find. */
static void add_links(struct fuse_server *server, unsigned directory)
{
    static const char letters[] = {'/', '.', '.', 'a', 'b', 'E', 'l', 0};
    for (unsigned i = 0; i < 2; i++) {
        char target[16];
        size_t length = fuzz_take(&input, 1) % 16;
        for (size_t n = 0; n < length; n++)
            target[n] = letters[fuzz_take(&input, 1) % ARRAY_SIZE(letters)];
        fuse_server_add(server, i == 0 ? 0 : directory, "l", FUSE_S_IFLNK | 0777, target, length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct fuse_server server;
    struct file_system *fs;
    struct file *files[OPEN_FILES] = {NULL};
    struct file_system_info volume;
    memset(&server, 0, sizeof server);
    input = (struct fuzz_bytes){data, size};
    fuse_server_init(&server);
    unsigned directory = fuse_server_add(&server, 0, "a", FUSE_S_IFDIR | 0755, NULL, 0);
    fuse_server_add(&server, directory, "b", FUSE_S_IFREG | 0644, "hello", 5);
    fuse_server_add(&server, 0, "E", FUSE_S_IFREG | 0644, "hello", 5);
    add_links(&server, directory);
    server.corrupt = corrupt;
    if (!EFI_ERROR(fuse_mount(&server.device, &fs))) {
        if (!EFI_ERROR(fs->operations->open_root(fs, &files[0]))) {
            for (unsigned step = 0; step < 64 && input.size > 0; step++)
                use(fs, files);
            (void)!fs->operations->get_info(fs, &volume);
            for (unsigned i = 0; i < OPEN_FILES; i++)
                if (files[i] != NULL)
                    fs->file_operations->close(files[i]);
        }
        fs->operations->unmount(fs);
    }
    fuse_server_free(&server);
    return 0;
}
