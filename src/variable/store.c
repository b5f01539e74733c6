/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "variable/store.h"

#include "lib/crc32.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "variable/record.h"

/* Where records are copied to: the bank in use, or while it is being compacted the new one. */
struct log {
    uint32_t bank;
    uint32_t end;
};

#define NO_RECORD 0u /* an offset where no record can be */

static void describe(const struct store *store, uint32_t offset, const struct store_record *record,
                     struct store_variable *ret)
{
    const uint8_t *name = store_bank_bytes(store) + offset + sizeof *record;
    *ret = (struct store_variable){
        .guid = (const EFI_GUID *)(store_bank_bytes(store) + offset +
                                   offsetof(struct store_record, guid)),
        .name = (const char16_t *)name,
        .name_size = record->name_size,
        .attributes = record->attributes,
        .data = name + record->name_size,
        .data_size = record->data_size,
        .offset = offset,
    };
}

bool store_next(const struct store *store, const struct store_variable *after,
                struct store_variable *ret)
{
    struct store_record record;
    uint32_t size;
    uint32_t offset = sizeof(struct store_header);
    if (after != NULL) {
        if (!record_read(store, after->offset, &record, &size))
            return false;
        offset = after->offset + size;
    }
    for (; record_read(store, offset, &record, &size); offset += size) {
        if (record.state != RECORD_VALID || !record_name_is_sound(store, offset, record.name_size))
            continue;
        describe(store, offset, &record, ret);
        return true;
    }
    return false;
}

EFI_STATUS store_find(const struct store *store, const char16_t *name, const EFI_GUID *guid,
                      struct store_variable *ret)
{
    struct store_record record;
    uint32_t size, offset = sizeof(struct store_header);
    size_t name_size = ucs2_size(name);
    for (; record_read(store, offset, &record, &size); offset += size) {
        if (record.state == RECORD_VALID && record.name_size == name_size &&
            guid_equal(&record.guid, guid) &&
            record_name_is_sound(store, offset, (uint32_t)name_size) &&
            memcmp(store_bank_bytes(store) + offset + sizeof record, name, name_size) == 0) {
            describe(store, offset, &record, ret);
            return EFI_SUCCESS;
        }
    }
    return EFI_NOT_FOUND;
}

/* The first four bytes, of any record, make it valid: they are written when all else is there. */
static EFI_STATUS commit_record(const struct store *store, uint32_t offset)
{
    static const struct store_record valid = {.magic = RECORD_MAGIC, .state = RECORD_VALID};
    return store_write(store, offset, &valid, offsetof(struct store_record, checksum));
}

static EFI_STATUS append(const struct store *store, struct log *log,
                         const struct store_value *value)
{
    struct store_record record = {
        .attributes = value->attributes,
        .data_size = value->head_size + value->data_size,
        .name_size = (uint32_t)ucs2_size(value->name),
        .guid = *value->guid,
    };
    record.checksum = record_checksum(&record, value->name, value->head, value->head_size,
                                      value->data, value->data_size);
    uint32_t size = record_size(record.name_size, record.data_size);
    if (size > store->medium->bank_size - log->end)
        return EFI_OUT_OF_RESOURCES;

    uint32_t at = log->bank + log->end;
    uint32_t name_at = at + sizeof record;
    uint32_t head_at = name_at + record.name_size;
    const uint32_t skip = offsetof(struct store_record, checksum);
    EFI_STATUS status = store_write(store, name_at, value->name, record.name_size);
    if (!EFI_ERROR(status))
        status = store_write(store, head_at, value->head, value->head_size);
    if (!EFI_ERROR(status))
        status = store_write(store, head_at + value->head_size, value->data, value->data_size);
    if (!EFI_ERROR(status))
        status =
            store_write(store, at + skip, (const uint8_t *)&record + skip, sizeof record - skip);
    if (!EFI_ERROR(status))
        status = commit_record(store, at);
    if (!EFI_ERROR(status))
        log->end += size;
    return status;
}

/* Copies a record of the bank in use to the end of `log`, which is before it or in another bank. */
static EFI_STATUS copy_record(const struct store *store, struct log *log, uint32_t offset,
                              uint32_t size)
{
    uint32_t at = log->bank + log->end;
    const uint32_t skip = offsetof(struct store_record, checksum);
    EFI_STATUS status = EFI_SUCCESS;
    if (at != store->bank + offset) {
        status =
            store_write(store, at + skip, store_bank_bytes(store) + offset + skip, size - skip);
        if (!EFI_ERROR(status))
            status = commit_record(store, at);
    }
    if (!EFI_ERROR(status))
        log->end += size;
    return status;
}

static EFI_STATUS copy_living(const struct store *store, struct log *log, uint32_t except)
{
    struct store_record record;
    uint32_t size;
    for (uint32_t offset = sizeof(struct store_header); record_read(store, offset, &record, &size);
         offset += size) {
        if (record.state != RECORD_VALID || offset == except)
            continue;
        EFI_STATUS status = copy_record(store, log, offset, size);
        if (EFI_ERROR(status))
            return status;
    }
    return EFI_SUCCESS;
}

static EFI_STATUS write_header(const struct store *store, uint32_t bank, uint32_t sequence)
{
    struct store_header header = {
        .magic = STORE_MAGIC,
        .version = STORE_VERSION,
        .bank_size = store->medium->bank_size,
        .bank_count = store->medium->bank_count,
        .sequence = sequence,
        .uuid = store->uuid,
    };
    const uint32_t covered = offsetof(struct store_header, checksum);
    header.checksum = crc32(&header, covered);
    EFI_STATUS status = store_write(store, bank, &header, covered);
    if (EFI_ERROR(status))
        return status;
    return store_write(store, bank + covered, &header.checksum, sizeof header.checksum);
}

/* Makes the log that holds copies of the living records the store's. */
static EFI_STATUS switch_to(struct store *store, const struct log *log)
{
    if (log->bank != store->bank) {
        EFI_STATUS status = write_header(store, log->bank, store->sequence + 1);
        if (EFI_ERROR(status))
            return status;
        store->sequence++;
    }
    store->bank = log->bank;
    store->end = log->end;
    store->living = log->end - (uint32_t)sizeof(struct store_header);
    store->must_compact = false;
    return EFI_SUCCESS;
}

/* Rebuilds the log without dead records and without `except`, with `value` behind them unless it is
 * NULL. With two banks the old log is the store until the new one is complete. */
static EFI_STATUS rebuild(struct store *store, uint32_t except, const struct store_value *value)
{
    const struct store_medium *medium = store->medium;
    struct log log = {.bank = store->bank, .end = sizeof(struct store_header)};
    EFI_STATUS status = EFI_SUCCESS;
    if (medium->bank_count == 2) {
        log.bank = store->bank == 0 ? medium->bank_size : 0;
        status = medium->erase(medium, log.bank, medium->bank_size);
    }
    if (!EFI_ERROR(status))
        status = copy_living(store, &log, except);
    if (!EFI_ERROR(status) && medium->bank_count == 1)
        status = medium->erase(medium, log.bank + log.end, store->end - log.end);
    if (!EFI_ERROR(status) && value != NULL)
        status = append(store, &log, value);
    if (!EFI_ERROR(status))
        status = switch_to(store, &log);
    return status;
}

EFI_STATUS store_compact(struct store *store)
{
    return rebuild(store, NO_RECORD, NULL);
}

/* Appends to the log as it is, then retires the old version. */
static EFI_STATUS append_and_retire(struct store *store, const struct store_value *value,
                                    uint32_t old, uint32_t old_size)
{
    struct log log = {.bank = store->bank, .end = store->end};
    store->must_compact = true; /* holds when writing fails on its way */
    EFI_STATUS status = append(store, &log, value);
    if (EFI_ERROR(status))
        return status;
    store->living += log.end - store->end;
    store->end = log.end;
    store->must_compact = false;
    if (old == NO_RECORD)
        return EFI_SUCCESS;
    status = record_retire(store, old);
    if (!EFI_ERROR(status))
        store->living -= old_size;
    return status;
}

/* Where the log can only be compacted in place, the bytes that `value` repeats move with their
 * record. */
static EFI_STATUS compact_and_append(struct store *store, const struct store_value *value,
                                     uint32_t old_size)
{
    EFI_STATUS status = store_compact(store);
    if (EFI_ERROR(status))
        return status;
    struct store_variable moved;
    status = store_find(store, value->name, value->guid, &moved);
    if (EFI_ERROR(status))
        return status;
    struct store_value again = *value;
    again.head = moved.data;
    return append_and_retire(store, &again, moved.offset, old_size);
}

EFI_STATUS store_set(struct store *store, const struct store_value *value)
{
    struct store_variable old;
    uint32_t old_offset = NO_RECORD, old_size = 0;
    EFI_STATUS status = store_find(store, value->name, value->guid, &old);
    if (!EFI_ERROR(status)) {
        old_offset = old.offset;
        old_size = record_size(old.name_size, old.data_size);
    }

    uint32_t capacity = store_capacity(store);
    if (value->head_size > capacity || value->data_size > capacity)
        return EFI_OUT_OF_RESOURCES;
    uint32_t size =
        record_size((uint32_t)ucs2_size(value->name), value->head_size + value->data_size);
    if (!store->must_compact && size <= store->medium->bank_size - store->end)
        return append_and_retire(store, value, old_offset, old_size);

    bool repeats_old = value->head_size > 0 && store->medium->bank_count == 1;
    uint32_t staying = repeats_old ? store->living : store->living - old_size;
    if (size > capacity - staying)
        return EFI_OUT_OF_RESOURCES;
    return repeats_old ? compact_and_append(store, value, old_size)
                       : rebuild(store, old_offset, value);
}

EFI_STATUS store_delete(struct store *store, const struct store_variable *variable)
{
    EFI_STATUS status = record_retire(store, variable->offset);
    if (!EFI_ERROR(status))
        store->living -= record_size(variable->name_size, variable->data_size);
    return status;
}

uint32_t store_capacity(const struct store *store)
{
    return store->medium->bank_size - (uint32_t)sizeof(struct store_header);
}

uint32_t store_free(const struct store *store)
{
    return store_capacity(store) - store->living;
}

EFI_STATUS store_format(struct store *store, const struct store_medium *medium,
                        const EFI_GUID *uuid)
{
    struct store made = {
        .medium = medium, .end = sizeof(struct store_header), .sequence = 1, .uuid = *uuid};
    EFI_STATUS status = EFI_SUCCESS;
    if (medium->bank_count == 2)
        status = medium->erase(medium, 0, 2 * medium->bank_size);
    if (!EFI_ERROR(status))
        status = write_header(&made, 0, made.sequence);
    if (!EFI_ERROR(status))
        *store = made;
    return status;
}
