/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/virtio_places.h"

#include "core/log.h"
#include "lib/ascii.h"
#include "lib/checked.h"
#include "platform/options.h"

#define WORD "virtio_mmio.device="

struct list_of_places {
    struct virtio_place *places;
    size_t count, max;
};

static void add(struct list_of_places *list, uint64_t base, uint64_t size)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->places[i].base == base)
            return;
    }
    if (list->count < list->max)
        list->places[list->count++] = (struct virtio_place){base, size};
    else
        log_warning("virtio: more than %zu devices over MMIO", list->max);
}

/* A number, perhaps with a unit: "512", "0x200", "4K". */
static bool parse_size(const char *text, size_t length, uint64_t *ret)
{
    uint64_t unit = 1;
    if (length == 0)
        return false;
    switch (text[length - 1] | 0x20) {
    case 'k':
        unit = 1u << 10;
        break;
    case 'm':
        unit = 1u << 20;
        break;
    case 'g':
        unit = 1u << 30;
        break;
    }
    uint64_t number;
    return ascii_to_uint(text, length - (unit != 1), &number) && checked_mul(number, unit, ret);
}

static size_t find(const char *text, size_t length, char wanted)
{
    size_t at = 0;
    while (at < length && text[at] != wanted)
        at++;
    return at;
}

/* "<size>@<base>:<irq>[:<id>]"; the interrupt is the OS's business. */
static bool parse_place(const char *text, size_t length, struct virtio_place *ret)
{
    size_t at = find(text, length, '@');
    if (at == length || !parse_size(text, at, &ret->size))
        return false;
    const char *base = text + at + 1;
    size_t left = length - at - 1;
    return ascii_to_uint(base, find(base, left, ':'), &ret->base);
}

static void read_command_line(const char *line, struct list_of_places *list)
{
    const size_t prefix = sizeof WORD - 1;
    struct option_word word;
    while (options_next_word(&line, &word)) {
        struct virtio_place place;
        if (word.length <= prefix || !ascii_starts_with(word.text, WORD))
            continue;
        if (parse_place(word.text + prefix, word.length - prefix, &place))
            add(list, place.base, place.size);
        else
            log_warning("%.*s: not understood", (int)MIN(word.length, 64u), word.text);
    }
}

size_t virtio_places_find(const char *command_line, const struct aml_findings *aml,
                          struct virtio_place *places, size_t max)
{
    struct list_of_places list = {places, 0, max};
    read_command_line(command_line, &list);
    for (size_t i = 0; i < aml->virtio_count; i++) {
        if (aml->virtio[i].size != 0)
            add(&list, aml->virtio[i].base, aml->virtio[i].size);
    }
    return list.count;
}
