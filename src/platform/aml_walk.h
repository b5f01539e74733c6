/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/macros.h"
#include "lib/reader.h"
#include "platform/aml.h"

/* The structure of AML (ACPI 6.5 §20.2): named objects, and constants. */

#define AML_NAME(a, b, c, d)                                                                       \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

struct aml_visitor {
    /* Is the inside of the block of this name of interest? Most of a DSDT is not. */
    bool (*enter)(void *context, const struct aml_path *path);

    /* An object with the given last segment of its name, in `scope`. `value` is at the data object
     * of a Name, or at the body of a Method, whose first and only statement returns it. */
    void (*object)(void *context, const struct aml_path *scope, uint32_t name, struct reader value);
    void *context;
};

void aml_walk(struct reader code, const struct aml_visitor *visitor);

/* Is `path` the object `root`, or an object in it? */
bool aml_path_within(const struct aml_path *path, const struct aml_path *root);

/* Constants at the position of the reader, which they pass over. */
MUST_CHECK bool aml_integer(struct reader *r, uint64_t *ret);
MUST_CHECK bool aml_string(struct reader *r, const char **ret, size_t *ret_length);
MUST_CHECK bool aml_buffer(struct reader *r, struct reader *ret);

/* A package: its elements. */
MUST_CHECK bool aml_package(struct reader *r, uint8_t *ret_count, struct reader *ret);
