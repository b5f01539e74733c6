/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vmm/machine.h"

static uint8_t *reserve(uint64_t size)
{
    if (size == 0)
        return NULL;
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        die("%llu bytes of memory cannot be had", (unsigned long long)size);
    return memory;
}

static void map_file(uint8_t *at, uint64_t size, int fd, uint64_t offset,
                     const struct zone_options *zone)
{
    int kind = zone->shared ? MAP_SHARED : MAP_PRIVATE;
    if (size != 0 &&
        mmap(at, size, PROT_READ | PROT_WRITE, kind | MAP_FIXED, fd, (off_t)offset) == MAP_FAILED)
        die("%s: cannot be mapped", zone->file);
}

/* The zone's file takes the place of RAM from `start`, counted without the hole below 4 GiB. */
static void map_zone(struct vm *vm, const struct zone_options *zone, uint64_t start)
{
    if (zone->file == NULL)
        return;
    int fd = open(zone->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat stat;
    if (fd < 0 || fstat(fd, &stat) != 0)
        die("%s: cannot be opened", zone->file);
    if (S_ISREG(stat.st_mode) && (uint64_t)stat.st_size < zone->size &&
        ftruncate(fd, (off_t)zone->size) != 0)
        die("%s: cannot be made larger", zone->file);
    uint64_t low = start < vm->low_size ? vm->low_size - start : 0;
    if (low > zone->size)
        low = zone->size;
    map_file(vm->low + start, low, fd, 0, zone);
    map_file(vm->high + (start + low - vm->low_size), zone->size - low, fd, low, zone);
    close(fd);
}

static int larger_first(const void *a, const void *b)
{
    const struct zone_options *x = a, *y = b;
    return (x->size < y->size) - (x->size > y->size);
}

/* Whichever order zones are named in, a small one was seen behind a large one, at the end of RAM
 * (platforms/cloud-hypervisor.md, appendix B). */
static void map_zones(struct vm *vm)
{
    struct zone_options zones[ZONES_MAX];
    unsigned count = vm->options->zone_count;
    uint64_t start = 0;
    memcpy(zones, vm->options->zones, sizeof zones);
    qsort(zones, count, sizeof zones[0], larger_first);
    for (unsigned i = 0; i < count; i++) {
        map_zone(vm, &zones[i], start);
        start += zones[i].size;
    }
}

void memory_create(struct vm *vm)
{
    vm->low_size = vm->options->memory < LOW_RAM_END ? vm->options->memory : LOW_RAM_END;
    vm->high_size = vm->options->memory - vm->low_size;
    vm->low = reserve(vm->low_size);
    vm->high = reserve(vm->high_size);
    if (vm->options->stale_ram)
        memset(vm->low, 0xa5, vm->low_size);
    map_zones(vm);
}

void *vm_memory(struct vm *vm, uint64_t address, uint64_t size)
{
    if (address <= vm->low_size && size <= vm->low_size - address)
        return vm->low + address;
    uint64_t offset = address - HIGH_RAM;
    if (address >= HIGH_RAM && offset <= vm->high_size && size <= vm->high_size - offset)
        return vm->high + offset;
    for (unsigned i = 0; i < vm->window_count; i++) {
        const struct memory_window *window = &vm->windows[i];
        offset = address - window->address;
        if (address >= window->address && offset <= window->size && size <= window->size - offset)
            return window->host + offset;
    }
    return NULL;
}
