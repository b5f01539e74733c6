/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/crc32.h"
#include "lib/memory.h"
#include "variable/record.h"

static bool header_is_sound(const struct store_medium *medium, const struct store_header *header)
{
    return header->magic == STORE_MAGIC && header->version == STORE_VERSION &&
           header->bank_size == medium->bank_size && header->bank_count == medium->bank_count &&
           header->checksum == crc32(header, offsetof(struct store_header, checksum));
}

/* The sound bank with the latest header. Sequence numbers wrap. */
static bool find_bank(struct store *store)
{
    bool found = false;
    for (uint32_t i = 0; i < store->medium->bank_count; i++) {
        struct store_header header;
        uint32_t bank = i * store->medium->bank_size;
        memcpy(&header, store->medium->bytes + bank, sizeof header);
        if (!header_is_sound(store->medium, &header) ||
            (found && (int32_t)(header.sequence - store->sequence) <= 0))
            continue;
        store->bank = bank;
        store->sequence = header.sequence;
        store->uuid = header.uuid;
        found = true;
    }
    return found;
}

static bool record_is_sound(const struct store *store, uint32_t offset,
                            const struct store_record *record)
{
    if (!record_name_is_sound(store, offset, record->name_size))
        return false;
    const uint8_t *name = store_bank_bytes(store) + offset + sizeof *record;
    return record->checksum == record_checksum(record, (const char16_t *)name, NULL, 0,
                                               name + record->name_size, record->data_size);
}

static bool is_erased(const struct store *store, uint32_t from)
{
    const uint8_t *bytes = store_bank_bytes(store);
    for (uint32_t at = from; at < store->medium->bank_size; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + at, sizeof word);
        if (word != UINT64_MAX)
            return false;
    }
    return true;
}

/* Counts living records, buries broken ones and finds the end of the log. */
static EFI_STATUS walk_log(struct store *store)
{
    struct store_record record;
    uint32_t size, offset;
    store->end = store->medium->bank_size;
    for (offset = sizeof(struct store_header); record_read(store, offset, &record, &size);
         offset += size) {
        if (record.state != RECORD_VALID)
            continue;
        if (record_is_sound(store, offset, &record)) {
            store->living += size;
            continue;
        }
        EFI_STATUS status = record_retire(store, offset);
        if (EFI_ERROR(status))
            return status;
    }
    store->end = offset;
    store->must_compact = !is_erased(store, offset);
    return EFI_SUCCESS;
}

/* Finishes a change that was cut off between the new record and the old one's end: only the last
 * record can have an older version beside it. */
static EFI_STATUS retire_older(struct store *store)
{
    struct store_variable newest = {0}, variable, *after = NULL;
    for (; store_next(store, after, &variable); after = &variable)
        newest = variable;
    for (after = NULL; store_next(store, after, &variable) && variable.offset != newest.offset;
         after = &variable) {
        if (variable.name_size == newest.name_size && guid_equal(variable.guid, newest.guid) &&
            memcmp(variable.name, newest.name, newest.name_size) == 0)
            return store_delete(store, &variable);
    }
    return EFI_SUCCESS;
}

EFI_STATUS store_open(struct store *store, const struct store_medium *medium)
{
    struct store opened = {.medium = medium};
    if (!find_bank(&opened))
        return EFI_VOLUME_CORRUPTED;
    EFI_STATUS status = walk_log(&opened);
    if (!EFI_ERROR(status))
        status = retire_older(&opened);
    if (!EFI_ERROR(status))
        *store = opened;
    return status;
}
