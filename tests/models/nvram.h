/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <setjmp.h>
#include <stdbool.h>

#include "variable/store.h"

/* A medium for variable stores whose power can be cut between any two stores of a byte. */
struct nvram {
    struct store_medium medium; /* bytes are on the heap, so that ASan watches their ends */
    uint8_t *bytes, *scratch;
    bool is_flash;    /* aborts when a write would set a bit */
    long stores_left; /* until the power is cut; negative: never */
    unsigned long stores;
    jmp_buf power_cut; /* where the cut goes to */
};

void nvram_init(struct nvram *nvram, uint32_t bank_size, uint32_t bank_count);
void nvram_free(struct nvram *nvram);

#define REFERENCE_NAMES 12u
#define REFERENCE_DATA  256u

/* The variables as they should be: the names are "V" and a letter, in one of two vendors' name
 * spaces. */
struct reference {
    struct reference_variable {
        bool exists;
        uint32_t attributes;
        uint32_t size;
        uint8_t data[REFERENCE_DATA];
    } variables[REFERENCE_NAMES];
};

/* One change. `data` is made of `seed`. */
struct reference_change {
    unsigned name; /* below REFERENCE_NAMES */
    enum { CHANGE_SET, CHANGE_APPEND, CHANGE_DELETE, CHANGE_COMPACT, CHANGE_REOPEN } kind;
    uint32_t size; /* at most REFERENCE_DATA */
    uint8_t seed;
};

/* What the change makes of the variables when it succeeds. */
void reference_expect(struct reference *reference, const struct reference_change *change);

/* Applies the change to the store, and to the reference when the store says success.
 * EFI_OUT_OF_RESOURCES also when the reference has no room. */
EFI_STATUS reference_apply(struct reference *reference, struct store *store,
                           const struct reference_change *change);

/* Has the store exactly these variables? */
bool reference_matches(const struct reference *reference, const struct store *store);

/* Do the numbers of the store agree with what is in it? */
bool reference_space_matches(const struct store *store);
