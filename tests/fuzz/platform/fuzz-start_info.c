/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hw/pvh.h"
#include "models/bus.h"
#include "platform/memory_map.h"
#include "platform/pvh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is guest memory from START_INFO on; the 4 GiB that the entry code maps are all there,
 * zero elsewhere. */

#define START_INFO 0x6000u
#define INPUT_MAX  0x8000u
#define FOUR_GIB   (4ull << 30)

static struct bus bus;
static struct bus_memory memory = {.size = FOUR_GIB};

static void check(const struct memory_map *map)
{
    if (map->count > MEMORY_MAP_MAX)
        abort();
    for (size_t i = 0; i < map->count; i++) {
        const struct memory_range *range = &map->ranges[i];
        if (range->size == 0 || range->base + range->size < range->base ||
            (range->base | range->size) % 4096 != 0)
            abort();
        if (i > 0 && range[-1].base + range[-1].size > range->base)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memory.host == NULL) {
        memory.host = mmap(NULL, FOUR_GIB, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory.host == MAP_FAILED)
            abort();
        bus_add_memory(&bus, &memory);
        bus_use(&bus);
    }
    static struct memory_map map;
    struct pvh pvh;
    uint8_t *start = (uint8_t *)memory.host + START_INFO;
    memset(start, 0, INPUT_MAX);
    memcpy(start, data, size < INPUT_MAX ? size : INPUT_MAX);
    map.count = 0;
    if (EFI_ERROR(pvh_read(START_INFO, &map, &pvh)) || EFI_ERROR(memory_map_finish(&map)))
        return 0;
    check(&map);
    if (strlen(pvh.command_line) > 4095)
        abort();
    return 0;
}
