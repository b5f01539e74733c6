/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/virtio/fs.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"
#include "models/virtio_fs.h"
#include "models/virtio_machine.h"
#include "storage/fuse/fuse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A virtio-fs device that lies about everything, with a server behind it that answers well. */

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_fs_start};

static void use(struct fuse_device *fuse)
{
    struct file_system *fs;
    struct file *root;
    static struct file_info info;
    uint64_t cookie = 0;
    if (EFI_ERROR(fuse_mount(fuse, &fs)))
        return;
    if (!EFI_ERROR(fs->operations->open_root(fs, &root))) {
        for (unsigned i = 0;
             i < 8 && !EFI_ERROR(fs->file_operations->read_directory(root, &cookie, &info)); i++)
            ;
        fs->file_operations->close(root);
    }
    fs->operations->unmount(fs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct virtio_machine machine;
    static struct virtio_fs_model model;
    struct fuzz_bytes input = {data, size};
    memset(&model, 0, sizeof model);
    virtio_machine_init(&machine);
    fake_cpu.tsc_step = 1000000000;
    hostile_begin(data, size);
    fuse_server_init(&model.server);
    fuse_server_add(&model.server, 0, "E", FUSE_S_IFREG | 0644, "hello", 5);
    virtio_fs_model_init(&model, &machine.bus);
    model.silent = (fuzz_take(&input, 1) & 15) == 15;
    model.virtio.lie = fuzz_virtio_lie;
    model.virtio.lie_context = &input;
    virtio_machine_plug(&machine, &model.virtio, 0);
    model.virtio.memory = hostile_memory;
    machine.modern.pci.corrupt = fuzz_corrupt_config;
    machine.modern.pci.corrupt_context = &input;
    /* What cannot be reset keeps its memory, on purpose. */
    model.virtio.never_resets = hostile_one_in(8);
    if (model.virtio.never_resets)
        __lsan_disable();
    for (unsigned i = 0; i < 2; i++) {
        if (EFI_ERROR(virtio_machine_start(&machine)))
            continue;
        use(machine.interface->file_system);
        if (i == 1)
            machine.driver->quiesce(machine.instance);
        virtio_machine_stop(&machine);
    }
    if (model.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    virtio_machine_free(&machine);
    fuse_server_free(&model.server);
    return 0;
}
