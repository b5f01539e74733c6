/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "models/virtio_blk.h"
#include "vmm/kind.h"
#include "vmm/virtio_devices.h"

struct disk {
    struct virtio_blk_model blk;
    struct vm *vm;
    unsigned index;
    int fd;
    unsigned requests; /* the present one included */
    bool is_write;     /* the present one */
};

/* An answer that comes late. */
struct postponed {
    struct disk *disk;
    uint16_t head;
    uint32_t length;
    unsigned delay_ms;
    unsigned resets; /* of the device when the request came */
};

/* Without power nothing is written any more. */
static bool transfer(void *context, bool write, uint64_t offset, void *data, uint64_t size)
{
    struct disk *disk = context;
    if (disk->vm->ending != END_RUNNING)
        return false;
    ssize_t done = write ? pwrite(disk->fd, data, size, (off_t)offset)
                         : pread(disk->fd, data, size, (off_t)offset);
    return done == (ssize_t)size;
}

static const struct disk_fault *fault_of(const struct disk *disk)
{
    const struct machine_options *o = disk->vm->options;
    for (unsigned i = 0; i < o->fault_count; i++) {
        if (o->faults[i].disk == disk->index && disk->requests >= o->faults[i].first &&
            disk->requests <= o->faults[i].last)
            return &o->faults[i];
    }
    return NULL;
}

static bool fails(void *context, uint32_t type)
{
    struct disk *disk = context;
    disk->requests++;
    disk->is_write = type == VIRTIO_BLK_T_OUT;
    const struct disk_fault *fault = fault_of(disk);
    return fault != NULL && fault->delay_ms == 0;
}

static void *answer_late(void *context)
{
    struct postponed *late = context;
    struct vm *vm = late->disk->vm;
    const struct timespec delay = {late->delay_ms / 1000, late->delay_ms % 1000 * 1000000};
    nanosleep(&delay, NULL);
    pthread_mutex_lock(&vm->lock);
    if (vm->ending == END_RUNNING && late->disk->blk.virtio.resets == late->resets)
        virtio_model_push(&late->disk->blk.virtio, 0, late->head, late->length);
    pthread_mutex_unlock(&vm->lock);
    free(late);
    return NULL;
}

static void postpone(struct disk *disk, uint16_t head, uint32_t length, unsigned delay_ms)
{
    pthread_t thread;
    struct postponed *late = malloc(sizeof *late);
    if (late == NULL)
        die("no memory");
    *late = (struct postponed){disk, head, length, delay_ms, disk->blk.virtio.resets};
    if (pthread_create(&thread, NULL, answer_late, late) != 0)
        die("no thread for a late answer");
    pthread_detach(thread);
}

static bool keeps(void *context, uint16_t head, uint32_t length)
{
    struct disk *disk = context;
    struct vm *vm = disk->vm;
    if (disk->is_write && ++vm->disk_writes == vm->options->power_cut) {
        vm_end(vm, END_POWER_CUT);
        return true;
    }
    const struct disk_fault *fault = fault_of(disk);
    if (fault == NULL || fault->delay_ms == 0)
        return false;
    postpone(disk, head, length, fault->delay_ms);
    return true;
}

void add_disk(struct vm *vm, unsigned index)
{
    const struct disk_options *options = &vm->options->disks[index];
    struct disk *disk = calloc(1, sizeof *disk);
    if (disk == NULL)
        die("no memory");
    disk->vm = vm;
    disk->index = index;
    disk->fd = open(options->path, (options->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    off_t size = disk->fd >= 0 ? lseek(disk->fd, 0, SEEK_END) : -1; /* also of a block device */
    if (size < 0)
        die("%s: cannot be opened", options->path);
    disk->blk.size = (uint64_t)size;
    disk->blk.transfer = transfer;
    disk->blk.fails = fails;
    disk->blk.keeps = keeps;
    disk->blk.context = disk;
    disk->blk.write_protected_sectors = options->raw ? 0 : 1;
    strncpy(disk->blk.id, options->serial != NULL ? options->serial : options->path,
            sizeof disk->blk.id);
    const struct machine_kind *kind = vm->options->kind;
    uint64_t features = kind->disk_features | (options->readonly ? VIRTIO_BLK_F_RO : 0);
    virtio_blk_model_init(&disk->blk, &vm->bus, vm->options->block_size, features,
                          options->queue_size != 0 ? options->queue_size : kind->disk_queue_size);
    kind->plug(vm, &disk->blk.virtio, &options->place, true);
}
