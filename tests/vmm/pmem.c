/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/virtio_pmem.h"
#include "vmm/pci_devices.h"

#define ALIGNMENT (2ull << 20)

static struct pmem {
    struct virtio_pmem_model pmem;
    struct memory_window *window;
} pmems[PMEMS_MAX];

static bool flush(void *context)
{
    const struct pmem *pmem = context;
    return msync(pmem->window->host, pmem->window->size, MS_SYNC) == 0;
}

/* The file becomes memory of the segment's 64-bit window; it is no BAR. */
void create_pmem(struct vm *vm, unsigned index)
{
    const struct pmem_options *options = &vm->options->pmems[index];
    int fd = open(options->file, O_RDWR | O_CLOEXEC);
    off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
    if (size <= 0 || (uint64_t)size % ALIGNMENT != 0)
        die("%s: a file of a multiple of 2 MiB is needed", options->file);
    int kind = options->discard_writes ? MAP_PRIVATE : MAP_SHARED;
    void *host = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, kind, fd, 0);
    if (host == MAP_FAILED)
        die("%s: cannot be mapped", options->file);
    close(fd);
    struct memory_window *window = &vm->windows[vm->window_count++];
    *window = (struct memory_window){
        allocate64(vm, options->place.segment, (uint64_t)size, ALIGNMENT), (uint64_t)size, host};
    pmems[index] = (struct pmem){.window = window};
}

void add_pmem(struct vm *vm, unsigned index)
{
    struct pmem *pmem = &pmems[index];
    pmem->pmem.flush = flush;
    pmem->pmem.context = pmem;
    virtio_pmem_model_init(&pmem->pmem, &vm->bus, pmem->window->address, pmem->window->size);
    plug_pci(vm, &pmem->pmem.virtio, &vm->options->pmems[index].place, false);
}
