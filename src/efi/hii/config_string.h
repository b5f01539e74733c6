/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/hii.h"
#include "lib/macros.h"

/* Configuration strings (UEFI 2.10 §35.2.1): sections of
 *   GUID=<hex>&NAME=<hex>&PATH=<hex>[&element…]
 * that '&' separates, with elements NAME or NAME=VALUE. They come from programs and drivers. */

struct config_span {
    const char16_t *at;
    size_t length;
};

struct config_section {
    struct config_span whole;
    struct config_span header;           /* GUID to the end of PATH's value */
    struct config_span guid, name, path; /* values */
    struct config_span elements;         /* without the '&' in front */
};

/* Reads the section at `*at` and goes on to the next, or to the NUL. False, and `*at` untouched:
 * there is no routing header. */
bool config_section_next(const char16_t **at, struct config_section *ret);

struct config_element {
    const char16_t *start;
    struct config_span name, value;
    bool has_value;
};

/* Takes the next element of a section's elements; false: there are no more. */
bool config_element_next(struct config_span *elements, struct config_element *ret);

bool config_span_is(struct config_span span, const char *ascii);

/* A number of hexadecimal digits that fits. */
bool config_span_number(struct config_span span, uint64_t *ret);

/* Pairs of digits as bytes. `bytes` has room for span.length / 2. */
bool config_span_bytes(struct config_span span, uint8_t *bytes);
/* Does the span hold these bytes? */
bool config_span_has(struct config_span span, const void *bytes, size_t size);
