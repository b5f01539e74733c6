/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "variable/record.h"

#include "lib/checked.h"
#include "lib/crc32.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

EFI_STATUS store_write(const struct store *store, uint32_t offset, const void *data, uint32_t size)
{
    return size == 0 ? EFI_SUCCESS : store->medium->write(store->medium, offset, data, size);
}

uint32_t record_size(uint32_t name_size, uint32_t data_size)
{
    return ALIGN_UP((uint32_t)sizeof(struct store_record) + name_size + data_size, RECORD_ALIGN);
}

bool record_read(const struct store *store, uint32_t offset, struct store_record *ret,
                 uint32_t *ret_size)
{
    struct store_record record;
    if (!range_within(offset, sizeof record, store->end))
        return false;
    memcpy(&record, store_bank_bytes(store) + offset, sizeof record);
    if (record.magic != RECORD_MAGIC)
        return false;
    uint64_t size = sizeof record + (uint64_t)record.name_size + record.data_size;
    if (size > store->end - offset)
        return false;
    *ret = record;
    *ret_size = record_size(record.name_size, record.data_size);
    return true;
}

bool record_name_is_sound(const struct store *store, uint32_t offset, uint32_t name_size)
{
    const char16_t *name =
        (const void *)(store_bank_bytes(store) + offset + sizeof(struct store_record));
    uint32_t count = name_size / sizeof *name;
    return name_size % sizeof *name == 0 && count >= 2 && count <= STORE_NAME_MAX + 1 &&
           ucs2_length(name, count) == count - 1;
}

uint32_t record_checksum(const struct store_record *record, const char16_t *name, const void *head,
                         uint32_t head_size, const void *data, uint32_t data_size)
{
    uint32_t crc = crc32((const uint8_t *)record + RECORD_CHECKSUM_FROM,
                         sizeof *record - RECORD_CHECKSUM_FROM);
    crc = crc32_update(crc, name, record->name_size);
    crc = crc32_update(crc, head, head_size);
    return crc32_update(crc, data, data_size);
}

EFI_STATUS record_retire(const struct store *store, uint32_t offset)
{
    static const uint8_t dead = RECORD_DEAD;
    return store_write(store, store->bank + offset + offsetof(struct store_record, state), &dead,
                       sizeof dead);
}
