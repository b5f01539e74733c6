/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "models/hostile.h"

#include <string.h>

#include "host/pool.h"
#include "models/cpu.h"

#define SHOWN_MAX 32u

unsigned long hostile_writes;

static bool on;
static uint64_t state; /* of a generator of numbers: xorshift64 */
static uint64_t every; /* one chance of so many is taken, a power of two */
static struct host_pages shown[SHOWN_MAX];
static size_t shown_count;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void hostile_begin(const uint8_t *data, size_t size)
{
    state = 0xcbf29ce484222325; /* FNV-1a */
    for (size_t i = 0; i < size && i < 16; i++)
        state = (state ^ data[i]) * 0x100000001b3;
    state |= 1ull << 63; /* never 0 */
    on = next() >> 20 & 1;
    every = 4ull << (next() >> 20) % 9;
    shown_count = 0;
    host_pages_forget(); /* devices that could not be stopped have kept theirs */
    fake_cpu.looked = on ? hostile_moment : NULL;
    bus_current()->touched = on ? hostile_moment : NULL;
}

bool hostile_one_in(unsigned n)
{
    return on && (next() >> 20) % n == 0;
}

void hostile_end(void)
{
    on = false;
    fake_cpu.looked = NULL;
    shown_count = 0;
}

void hostile_show(void *memory, size_t size)
{
    if (on && size > 0 && shown_count < SHOWN_MAX)
        shown[shown_count++] = (struct host_pages){memory, size};
}

void hostile_hide(const void *memory)
{
    for (size_t i = 0; i < shown_count; i++) {
        if (shown[i].memory == memory) {
            shown[i] = shown[--shown_count];
            return;
        }
    }
}

static bool holds(const struct host_pages *list, size_t count, uint64_t address, uint64_t size)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t start = (uint64_t)(uintptr_t)list[i].memory;
        if (address >= start && address - start <= list[i].size &&
            size <= list[i].size - (address - start))
            return true;
    }
    return false;
}

static bool is_shared(uint64_t address, uint64_t size)
{
    size_t count;
    const struct host_pages *pages = host_pages_list(&count);
    return holds(pages, count, address, size) || holds(shown, shown_count, address, size);
}

static void *map(void *context, uint64_t address, uint64_t size)
{
    address += bus_current()->dma_offset;
    return !on || is_shared(address, size) ? (void *)(uintptr_t)address : NULL;
}

const struct guest_memory hostile_memory = {map, NULL};

static uint64_t value_near(uint64_t old)
{
    switch (next() % 8) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return old + 1;
    case 3:
        return old - 1;
    case 4:
        return old ^ 1ull << next() % 64;
    case 5:
        return next() % 256;
    case 6:
        return next() % 65536;
    default:
        return next();
    }
}

static void scribble(uint8_t *at, size_t width)
{
    uint64_t value = 0;
    memcpy(&value, at, width);
    value = value_near(value);
    memcpy(at, &value, width);
    hostile_writes++;
}

/* Anywhere in what is shared; most of it is where the beginning is, in rings and headers. */
static void scribble_anywhere(void)
{
    size_t count;
    const struct host_pages *pages = host_pages_list(&count);
    if (count + shown_count == 0)
        return;
    size_t which = next() % (count + shown_count);
    const struct host_pages *p = which < count ? &pages[which] : &shown[which - count];
    size_t width = 1u << next() % 4, reach = next() % 2 ? p->size : p->size < 256 ? p->size : 256;
    if (width <= reach)
        scribble(p->memory + next() % (reach - width + 1), width);
}

void hostile_moment(void)
{
    if (on && (next() & (every - 1)) == 0)
        scribble_anywhere();
}

/* The driver is about to read `width` bytes. */
static void before_load(void *address, size_t width)
{
    if (!on || !is_shared((uint64_t)(uintptr_t)address, width) || (next() & (every - 1)) != 0)
        return;
    if (next() % 4 != 0)
        scribble(address, width);
    else
        scribble_anywhere();
}

/* Named by clang. */
void __sanitizer_cov_load1(uint8_t *address);
void __sanitizer_cov_load2(uint16_t *address);
void __sanitizer_cov_load4(uint32_t *address);
void __sanitizer_cov_load8(uint64_t *address);
void __sanitizer_cov_load16(__uint128_t *address);

void __sanitizer_cov_load1(uint8_t *address)
{
    before_load(address, 1);
}

void __sanitizer_cov_load2(uint16_t *address)
{
    before_load(address, 2);
}

void __sanitizer_cov_load4(uint32_t *address)
{
    before_load(address, 4);
}

void __sanitizer_cov_load8(uint64_t *address)
{
    before_load(address, 8);
}

void __sanitizer_cov_load16(__uint128_t *address)
{
    before_load(address, 8);
}
