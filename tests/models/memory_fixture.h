/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#include "models/bus.h"

/* Guest memory from a dump in tests/fixtures: "<address>: <bytes>" in hexadecimal, and
 * "start_info=<address>". The first MiB is all there, zero where the dump says nothing; above it
 * exactly what was dumped, so that a look at anything else aborts the test. */

#define MEMORY_FIXTURE_BLOCKS 64

struct memory_fixture {
    struct bus bus;
    uint64_t start_info;
    struct bus_memory blocks[MEMORY_FIXTURE_BLOCKS];
    unsigned block_count;
};

/* Loads tests/fixtures/<name> and makes its bus the current one. Aborts when the file is not there
 * or malformed. */
void memory_fixture_load(struct memory_fixture *fixture, const char *name);
void memory_fixture_free(struct memory_fixture *fixture);

/* Memory with nothing in it but the first MiB of zeroes, for tests that write tables themselves. */
void memory_fixture_empty(struct memory_fixture *fixture);

/* The byte at `address`, to be changed by tests. */
uint8_t *memory_fixture_at(struct memory_fixture *fixture, uint64_t address);
