/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/device_path_nodes.h"
#include "efi/text_writer.h"
#include "efi/types.h"

/* What the two directions of the text form share, and the fields that only one type of node has. */

/* The bytes of a node behind its header. */
struct node_view {
    const uint8_t *data;
    size_t size;
};

/* A little-endian number of `size` bytes (at most 8); bytes behind the end of the node are 0. */
uint64_t node_number(const struct node_view *node, size_t offset, size_t size);
/* Length of the string at `offset`, up to a NUL or the end of the node. */
size_t node_string_length(const struct node_view *node, size_t offset);

/* Nodes made from text, one behind the other. When memory is out or the path gets longer than
 * DEVICE_PATH_LIMIT, it fails for good. */
struct node_builder {
    uint8_t *bytes;
    size_t size, capacity;
    size_t base; /* where the data of the current node begins */
    bool failed;
};

/* Copies to `offset` of the current node, which is made longer, with zeros, if need be. NULL data:
 * zeros. */
void builder_put(struct node_builder *builder, size_t offset, const void *data, size_t size);
void builder_put_number(struct node_builder *builder, size_t offset, size_t size, uint64_t value);
/* Size of the current node's data. */
size_t builder_node_size(const struct node_builder *builder);

/* A piece of the text. */
struct slice {
    const char16_t *text;
    size_t length;
};

/* The parameters of a node, one after the other. */
struct arguments {
    struct slice rest;
    bool more;             /* another one follows */
    struct slice previous; /* the one before the one that was taken last */
    struct slice last;
};

/* The next parameter; an empty one when there are no more. */
struct slice arguments_next(struct arguments *arguments);

bool slice_equals(struct slice slice, const char *word); /* ignoring case */
bool slice_starts_with(struct slice slice, const char *word);
struct slice slice_skip(struct slice slice, size_t count);
int hex_digit(char16_t c); /* -1: none */
/* Decimal, or hexadecimal with 0x; what follows the digits is ignored. */
uint64_t slice_number(struct slice slice);
uint64_t slice_hex(struct slice slice);
/* A word of the list, or a number. */
uint64_t slice_value(struct slice slice, const struct keyword *keywords);
/* Pairs of hexadecimal digits, with or without 0x; at most `size` bytes. Returns how many. */
size_t slice_bytes(struct slice slice, uint8_t *bytes, size_t size);
bool slice_guid(struct slice slice, EFI_GUID *ret);
void slice_ipv4(struct slice slice, uint8_t address[4]);
void slice_ipv6(struct slice slice, uint8_t address[16]);

void write_ipv4(struct text_writer *writer, const uint8_t address[4]);
void write_ipv6(struct text_writer *writer, const uint8_t address[16]);

/* Kinds from FIELD_FIRST_SPECIAL on. */
void special_field_write(const struct field *field, const struct node_view *node,
                         struct text_writer *writer);
void special_field_read(const struct field *field, struct arguments *arguments,
                        struct node_builder *builder);
