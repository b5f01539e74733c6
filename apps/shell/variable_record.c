/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/variable_record.h"

#include "lib/crc32.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "lib/ucs2.h"
#include "shell/memory.h"

static uint8_t *put(uint8_t *at, const void *data, size_t size)
{
    memcpy(at, data, size);
    return at + size;
}

void *variable_record_make(const struct variable_record *record, size_t *ret_size)
{
    size_t name_bytes = ucs2_size(record->name);
    size_t size = 2 * sizeof(uint32_t) + name_bytes + sizeof record->vendor +
                  sizeof record->attributes + record->data_size;
    uint32_t name_size = (uint32_t)name_bytes, crc;
    uint8_t *made = name_bytes == name_size ? shell_alloc(size + sizeof crc) : NULL;
    if (made == NULL)
        return NULL;
    uint8_t *at = put(made, &name_size, sizeof name_size);
    at = put(at, &record->data_size, sizeof record->data_size);
    at = put(at, record->name, name_size);
    at = put(at, &record->vendor, sizeof record->vendor);
    at = put(at, &record->attributes, sizeof record->attributes);
    at = put(at, record->data, record->data_size);
    crc = crc32(made, size);
    put(at, &crc, sizeof crc);
    *ret_size = size + sizeof crc;
    return made;
}

bool variable_record_parse(const void *data, size_t size, struct variable_record *ret,
                           size_t *ret_size)
{
    struct reader r = reader_make(data, size);
    struct variable_record record;
    uint32_t name_size, crc;
    const void *name;
    if (!reader_u32(&r, &name_size) || !reader_u32(&r, &record.data_size) ||
        !reader_take(&r, name_size, &name) ||
        !reader_copy(&r, &record.vendor, sizeof record.vendor) ||
        !reader_u32(&r, &record.attributes) || !reader_take(&r, record.data_size, &record.data))
        return false;
    size_t covered = r.position, letters = name_size / sizeof *record.name;
    record.name = name;
    if (!reader_u32(&r, &crc) || crc != crc32(data, covered))
        return false;
    /* The only NUL is the last character. */
    if (letters < 2 || name_size % sizeof *record.name != 0 ||
        ucs2_length(record.name, letters) != letters - 1)
        return false;
    *ret = record;
    *ret_size = r.position;
    return true;
}
