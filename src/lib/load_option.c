/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/load_option.h"

#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "lib/ucs2.h"

bool load_option_parse(const void *data, size_t size, struct load_option *ret)
{
    struct reader reader = reader_make(data, size);
    struct load_option option = {0};
    uint16_t path_list_size;
    if (!reader_u32(&reader, &option.attributes) || !reader_u16(&reader, &path_list_size))
        return false;

    option.description = (const void *)(reader.data + reader.position);
    size_t length = ucs2_length(option.description, reader_left(&reader) / sizeof(char16_t));
    const void *path;
    if (!reader_skip(&reader, (length + 1) * sizeof(char16_t)) ||
        !reader_take(&reader, path_list_size, &path) ||
        device_path_size_bounded(path, path_list_size) == 0)
        return false;
    option.path = path;
    option.path_size = path_list_size;
    option.options = reader.data + reader.position;
    option.options_size = (uint32_t)reader_left(&reader);
    *ret = option;
    return true;
}

size_t load_option_size(const struct load_option *option)
{
    return sizeof(uint32_t) + sizeof(uint16_t) + ucs2_size(option->description) +
           option->path_size + option->options_size;
}

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

void load_option_write(const struct load_option *option, void *to)
{
    uint8_t *at = put(to, &option->attributes, sizeof option->attributes);
    at = put(at, &option->path_size, sizeof option->path_size);
    at = put(at, option->description, ucs2_size(option->description));
    at = put(at, option->path, option->path_size);
    put(at, option->options, option->options_size);
}
