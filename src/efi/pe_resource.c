/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pe_resource.h"

/* Type, name, language: deeper trees are not followed, nor are loops. */
#define LEVELS 3

/* The name of an entry: a length, and UTF-16. */
static bool name_is(const struct reader *resources, uint32_t offset, const char *name)
{
    struct reader r = *resources;
    uint16_t length, c;
    if (!reader_seek(&r, offset) || !reader_u16(&r, &length))
        return false;
    for (; length > 0; length--, name++)
        if (!reader_u16(&r, &c) || *name == '\0' || c != (unsigned char)*name)
            return false;
    return *name == '\0';
}

/* Looks in the directory at `*offset` for the entry with this name (NULL: for any), and sets
 * `*offset` to what it leads to. */
static bool descend(const struct reader *resources, const char *name, uint32_t *offset)
{
    struct reader r = *resources;
    struct pe_resource_directory directory;
    struct pe_resource_entry entry;
    if (!reader_seek(&r, *offset) || !reader_copy(&r, &directory, sizeof directory))
        return false;
    for (uint32_t left = directory.named_count + directory.id_count; left > 0; left--) {
        if (!reader_copy(&r, &entry, sizeof entry))
            return false;
        if (name != NULL && ((entry.name & PE_RESOURCE_FLAG) == 0 ||
                             !name_is(resources, entry.name & ~PE_RESOURCE_FLAG, name)))
            continue;
        *offset = entry.offset;
        return true;
    }
    return false;
}

bool pe_resource_find(const struct pe_image *image, const void *memory, const char *type,
                      struct pe_data_directory *ret)
{
    struct reader whole = reader_make(memory, image->image_size), resources;
    struct pe_data_directory data;
    uint32_t offset = 0;
    if (image->resources.size == 0 ||
        !reader_window(&whole, image->resources.address, image->resources.size, &resources))
        return false;
    for (unsigned level = 0; level < LEVELS; level++) {
        if (!descend(&resources, level == 0 ? type : NULL, &offset))
            return false;
        if ((offset & PE_RESOURCE_FLAG) == 0)
            break;
        offset &= ~PE_RESOURCE_FLAG;
    }
    if (!reader_seek(&resources, offset) || !reader_copy(&resources, &data, sizeof data) ||
        !range_within(data.address, data.size, image->image_size))
        return false;
    *ret = data;
    return true;
}
