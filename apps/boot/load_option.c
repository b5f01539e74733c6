/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/load_option.h"

#include "boot/path.h"
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
        !reader_take(&reader, path_list_size, &path) || path_size(path, path_list_size) == 0)
        return false;
    option.path = path;
    option.options = reader.data + reader.position;
    option.options_size = (uint32_t)reader_left(&reader);
    *ret = option;
    return true;
}
