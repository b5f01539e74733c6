/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "core/block.h"
#include "drivers/virtio/pmem.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"
#include "models/virtio_machine.h"
#include "models/virtio_pmem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Persistent memory that lies about everything; about its place so that it is a part of the truth, or
 * impossible: any other address would do, and the host has no such memory. */

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_pmem_start};

#define BASE 0x3ff000000000ull
#define SIZE (32u << 10)

static struct fuzz_bytes input;

static uint64_t lie_about_place(uint64_t honest)
{
    if (fuzz_take(&input, 1) < 0xe0)
        return honest;
    if (honest == SIZE)
        return fuzz_take(&input, 1) * 512 % SIZE;
    return fuzz_take(&input, 2) | 0x4001; /* not aligned, or beyond all addresses */
}

static uint64_t lie(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_CONFIG ? lie_about_place(honest) : fuzz_virtio_lie(context, what, honest);
}

/* Buffers of exactly their size, so that ASan sees a byte too many. */
static void use(struct block_device *disk, struct virtio_pmem_model *model)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    uint64_t lba = fuzz_take(&input, 1 + (what & 7));
    size_t size = 512 * (fuzz_take(&input, 1) % 8);
    uint8_t *buffer = calloc(1, size + 1);
    model->silent = (what & 0xf8) == 0xf8;
    switch (what % 4) {
    case 0:
        (void)!block_read(disk, lba, buffer, size);
        break;
    case 1:
        (void)!block_write(disk, lba, buffer, size);
        break;
    case 2:
        (void)!block_flush(disk);
        break;
    default:
        (void)!block_read_bytes(disk, lba, buffer, size);
        break;
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct virtio_machine machine;
    static struct virtio_pmem_model model;
    struct bus_memory window = {.base = BASE, .size = SIZE, .host = calloc(1, SIZE)};
    memset(&model, 0, sizeof model);
    input = (struct fuzz_bytes){data, size};
    virtio_machine_init(&machine);
    fake_cpu.tsc_step = 1000000000;
    hostile_begin(data, size);
    bus_add_memory(&machine.bus, &window);
    virtio_pmem_model_init(&model, &machine.bus, BASE, SIZE);
    model.virtio.lie = lie;
    model.virtio.lie_context = &input;
    virtio_machine_plug(&machine, &model.virtio, 0);
    model.virtio.memory = hostile_memory;
    /* What cannot be reset keeps its memory, on purpose. */
    model.virtio.never_resets = hostile_one_in(8);
    if (model.virtio.never_resets)
        __lsan_disable();
    for (unsigned i = 0; i < 2; i++) {
        if (EFI_ERROR(virtio_machine_start(&machine)))
            continue;
        for (unsigned step = 0; step < 32 && input.size > 0; step++)
            use(machine.interface->disk, &model);
        if (i == 1)
            machine.driver->quiesce(machine.instance);
        virtio_machine_stop(&machine);
    }
    if (model.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    virtio_machine_free(&machine);
    free(window.host);
    return 0;
}
