/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "models/bus.h"
#include "platform/smbios.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is read twice: as the area that is searched, and as a table that ends with it. */

#define ONE_MIB 0x100000u
#define AREA    0xf0000u
#define TABLE   0x10000000u

static uint8_t low[ONE_MIB];

static void read_strings(const struct smbios *smbios)
{
    size_t length;
    const char *text;
    for (size_t n = 0; (text = smbios_oem_string(smbios, n, &length)) != NULL; n++) {
        if (length == 0 || strlen(text) != length || n > smbios->table_size)
            abort();
        if (n == 64)
            break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct memory_map map;
    struct bus bus = {0};
    struct bus_memory first = {.size = ONE_MIB, .host = low};
    struct bus_memory table = {.base = TABLE, .size = size, .host = malloc(size + 1)};
    bus_add_memory(&bus, &first);
    bus_add_memory(&bus, &table);
    bus_use(&bus);

    memset(low + AREA, 0, ONE_MIB - AREA);
    memcpy(low + AREA, data, size < ONE_MIB - AREA ? size : ONE_MIB - AREA);
    struct smbios smbios;
    smbios_find(&map, &smbios);
    read_strings(&smbios);

    memcpy(table.host, data, size);
    smbios = (struct smbios){.table = TABLE, .table_size = (uint32_t)size};
    if (size > 0)
        read_strings(&smbios);
    bus_use(NULL);
    free(table.host);
    return 0;
}
