/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/memory_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/io.h"

#define ONE_MIB 0x100000u

static struct bus_memory *add_block(struct memory_fixture *fixture, uint64_t base, uint64_t size)
{
    if (fixture->block_count == MEMORY_FIXTURE_BLOCKS)
        abort();
    struct bus_memory *block = &fixture->blocks[fixture->block_count++];
    *block = (struct bus_memory){.base = base, .size = size, .host = calloc(1, size)};
    bus_add_memory(&fixture->bus, block);
    return block;
}

void memory_fixture_empty(struct memory_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    add_block(fixture, 0, ONE_MIB);
    bus_use(&fixture->bus);
}

void memory_fixture_free(struct memory_fixture *fixture)
{
    for (unsigned i = 0; i < fixture->block_count; i++)
        free(fixture->blocks[i].host);
    bus_use(NULL);
}

uint8_t *memory_fixture_at(struct memory_fixture *fixture, uint64_t address)
{
    return phys_to_virt(address, 1);
}

/* Memory for bytes at `address`: an old block, an old block made longer, or a new one. */
static uint8_t *make_room(struct memory_fixture *fixture, uint64_t address, uint64_t size)
{
    for (unsigned i = 0; i < fixture->block_count; i++) {
        struct bus_memory *block = &fixture->blocks[i];
        uint64_t offset = address - block->base;
        if (address < block->base || offset > block->size)
            continue;
        if (offset + size > block->size) {
            block->host = realloc(block->host, offset + size);
            block->size = offset + size;
        }
        return (uint8_t *)block->host + offset;
    }
    return add_block(fixture, address, size)->host;
}

static void take_line(struct memory_fixture *fixture, const char *line)
{
    char *rest;
    uint64_t address = strtoull(line, &rest, 16);
    if (*rest != ':')
        abort();
    uint8_t bytes[16];
    unsigned count = 0;
    for (rest++; count < sizeof bytes;) {
        char *end;
        unsigned long byte = strtoul(rest, &end, 16);
        if (end == rest)
            break;
        bytes[count++] = (uint8_t)byte;
        rest = end;
    }
    memcpy(make_room(fixture, address, count), bytes, count);
}

void memory_fixture_load(struct memory_fixture *fixture, const char *name)
{
    const char *source = getenv("CLOUDHV_SOURCE");
    char path[4096], line[256];
    snprintf(path, sizeof path, "%s/tests/fixtures/%s", source != NULL ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        abort();
    }
    memory_fixture_empty(fixture);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "start_info=", 11) == 0)
            fixture->start_info = strtoull(line + 11, NULL, 16);
        else if (line[0] != '#')
            take_line(fixture, line);
    }
    fclose(file);
}
