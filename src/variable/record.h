/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "variable/format.h"
#include "variable/store.h"

/* Records of a store's log, for the files of src/variable. Offsets count from the start of the bank
 * in use. */

static inline const uint8_t *store_bank_bytes(const struct store *store)
{
    return store->medium->bytes + store->bank;
}

/* `offset` counts from the start of the medium. Nothing is written when `size` is 0. */
EFI_STATUS store_write(const struct store *store, uint32_t offset, const void *data,
                       uint32_t size) MUST_CHECK;

/* Bytes in the log, of sizes that fit in a bank. */
uint32_t record_size(uint32_t name_size, uint32_t data_size);

/* The header of the record at `offset` and its size in the log, when all of it lies in the log. The
 * header is a copy: whoever else can write to the medium may do so while we look. */
bool record_read(const struct store *store, uint32_t offset, struct store_record *ret,
                 uint32_t *ret_size) MUST_CHECK;

/* Has the record's name 1 to STORE_NAME_MAX characters, and a NUL at its end only? */
bool record_name_is_sound(const struct store *store, uint32_t offset, uint32_t name_size);

/* What record->checksum should be; `head` and `data` are joined. */
uint32_t record_checksum(const struct store_record *record, const char16_t *name, const void *head,
                         uint32_t head_size, const void *data, uint32_t data_size);

/* Marks a record dead, by one store of one byte. */
EFI_STATUS record_retire(const struct store *store, uint32_t offset) MUST_CHECK;
