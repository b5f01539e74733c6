/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/guid.h"
#include "efi/status.h"
#include "lib/macros.h"

/* The variable store: named values in an array of bytes (format.h). Allocation-free, and without
 * knowledge of EFI's rules about attributes: src/runtime has those. The same code keeps volatile
 * variables, in one bank, and is the host tool's. Not reentrant. */

/* What carries the bytes. They are read through `bytes` and changed through the two functions only,
 * in the order that makes a power cut harmless. */
struct store_medium {
    const uint8_t *bytes; /* bank_count * bank_size, 8-aligned */
    uint32_t bank_size;   /* a multiple of 8, 128 bytes to 16 MiB */
    uint32_t bank_count;  /* 2; or 1: contents do not outlive the struct store */

    /* `data` may lie in the store, and overlap the target when there is one bank. */
    EFI_STATUS(*write)
    (const struct store_medium *medium, uint32_t offset, const void *data, uint32_t size);
    /* Sets bytes to 0xff. */
    EFI_STATUS (*erase)(const struct store_medium *medium, uint32_t offset, uint32_t size);
};

/* An opened store. The fields are private to store.c. */
struct store {
    const struct store_medium *medium;
    uint32_t bank;     /* offset of the bank in use */
    uint32_t end;      /* where the log ends, from the bank's start */
    uint32_t living;   /* bytes of valid records */
    uint32_t sequence; /* of the bank in use */
    EFI_GUID uuid;
    bool must_compact; /* behind the log is something else than erased bytes */
};

/* A variable as found; pointers go into the medium, and hold until the next change. */
struct store_variable {
    const EFI_GUID *guid;
    const char16_t *name; /* NUL terminated */
    uint32_t name_size;   /* in bytes, with the NUL */
    uint32_t attributes;
    const void *data;
    uint32_t data_size;
    uint32_t offset; /* private: the record, from the bank's start */
};

/* A new value; `head` and `data` are joined. `head` may point to the variable's present data, for
 * appending. Names are NUL terminated, of 1 to STORE_NAME_MAX characters. */
struct store_value {
    const EFI_GUID *guid;
    const char16_t *name;
    uint32_t attributes;
    const void *head;
    uint32_t head_size;
    const void *data;
    uint32_t data_size;
};

#define STORE_NAME_MAX 1024u

/* Makes an empty store, whatever is there. Errors are the medium's. */
EFI_STATUS store_format(struct store *store, const struct store_medium *medium,
                        const EFI_GUID *uuid) MUST_CHECK;

/* Opens what is there, trusting no byte of it: records whose checksum is wrong are marked dead.
 * EFI_VOLUME_CORRUPTED: there is no store of this size. For media of two banks. */
EFI_STATUS store_open(struct store *store, const struct store_medium *medium) MUST_CHECK;

/* Names are compared exactly. EFI_NOT_FOUND. */
EFI_STATUS store_find(const struct store *store, const char16_t *name, const EFI_GUID *guid,
                      struct store_variable *ret) MUST_CHECK;

/* The next variable in store order behind `after`, the first one for NULL; false at the end. */
bool store_next(const struct store *store, const struct store_variable *after,
                struct store_variable *ret) MUST_CHECK;

/* Adds or replaces a variable; it has either the old or the new value at every moment.
 * EFI_OUT_OF_RESOURCES when there is no room. */
EFI_STATUS store_set(struct store *store, const struct store_value *value) MUST_CHECK;

EFI_STATUS store_delete(struct store *store, const struct store_variable *variable) MUST_CHECK;

/* Takes dead records out; afterwards their bytes are nowhere in a store of one bank. */
EFI_STATUS store_compact(struct store *store) MUST_CHECK;

/* Bytes for records in all, and those that are left when dead records are taken out. */
uint32_t store_capacity(const struct store *store);
uint32_t store_free(const struct store *store);

/* Bytes that a variable costs beside its name (with NUL) and data, rounding included, at most. */
#define STORE_RECORD_OVERHEAD 64u
