/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/hii.h"
#include "efi/hii/scsu.h"
#include "efi/status.h"
#include "lib/macros.h"
#include "lib/reader.h"

/* String packages as bytes (UEFI 2.10 §33.3.6). */

/* Is it sound: header, language, and blocks up to an end block that give ids up to 0xFFFF? What the
 * other functions are given has passed this. */
bool hii_string_package_check(const void *data, size_t size);

/* The languages of a package: primary and secondary ones, separated by ';'. */
const char *hii_string_languages(const void *data);

/* One block. Blocks without strings (fonts, extensions) have a `count` of 0. */
struct string_block {
    uint8_t type;
    uint32_t first, count; /* string ids */
    uint8_t font;          /* identifier in the package; 0: none */
    uint16_t duplicate_of;
    size_t start, text, end; /* offsets in the package; `text`: of the first string */
};

struct string_walk {
    struct reader r;
    uint32_t next_id;
    const uint8_t *windows;
};

struct string_walk string_walk_begin(const void *data, size_t size);
/* EFI_NOT_FOUND at the end block, whose offset is then walk->r.position - 1;
 * EFI_VOLUME_CORRUPTED when it cannot go on. */
EFI_STATUS string_walk_next(struct string_walk *walk, struct string_block *ret) MUST_CHECK;

bool string_block_is_scsu(const struct string_block *block);
bool string_block_is_text(const struct string_block *block);

/* The characters of the text at walk->r.position, up to and with the NUL. False: malformed. */
bool string_text_skip(struct string_walk *walk, const struct string_block *block);

/* Where a string is: its text in the package and its block. */
struct string_place {
    struct string_block block;
    struct text_source text;
};

/* Looks for string `id`, through duplicates. EFI_NOT_FOUND: not in this package. */
EFI_STATUS hii_string_find(const void *data, size_t size, uint16_t id,
                           struct string_place *ret) MUST_CHECK;

/* The largest string id of the package, skipped ones included; 0: none. */
uint16_t hii_string_last_id(const void *data, size_t size);

/* The font block of identifier `font`: a window on FontSize, FontStyle and FontName. */
bool hii_string_font(const void *data, size_t size, uint8_t font, struct reader *ret);
