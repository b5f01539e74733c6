/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"
#include "lib/macros.h"

/* Device paths in memory (UEFI 2.10 §10.3). Paths are unaligned; nodes are read by bytes. Functions
 * that make a path return pool memory of the caller's (pool_free(), FreePool), or NULL when memory
 * is out. */

/* A path from outside in `available` bytes: its size with the end node, or 0 when it has a node
 * shorter than a header, or no end within `available`. */
size_t device_path_size_bounded(const void *data, size_t available);

/* The longest path that is believed when nobody says how long it may be. */
#define DEVICE_PATH_LIMIT (64u << 10)

/* Size of a path with its end node: 0 for NULL and for one that has no end within
 * DEVICE_PATH_LIMIT. */
size_t device_path_size(const EFI_DEVICE_PATH_PROTOCOL *path);

/* One node. The length is at least that of a header: a shorter one counts as 4, so that walks
 * advance. */
size_t device_path_node_size(const EFI_DEVICE_PATH_PROTOCOL *node);
const EFI_DEVICE_PATH_PROTOCOL *device_path_next(const EFI_DEVICE_PATH_PROTOCOL *node);

/* The end of all, or of an instance. */
bool device_path_is_end(const EFI_DEVICE_PATH_PROTOCOL *node);
bool device_path_is_end_instance(const EFI_DEVICE_PATH_PROTOCOL *node);

bool device_path_node_is(const EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype);

/* Bytes of the nodes before the first end node of either kind. */
size_t device_path_prefix_size(const EFI_DEVICE_PATH_PROTOCOL *path);

bool device_path_equal(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b);
/* Are the nodes of `prefix` the first ones of `path`? */
bool device_path_begins_with(const EFI_DEVICE_PATH_PROTOCOL *path,
                             const EFI_DEVICE_PATH_PROTOCOL *prefix);

void device_path_set_node(EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype,
                          size_t length);
void device_path_set_end(void *node);

EFI_DEVICE_PATH_PROTOCOL *device_path_duplicate(const EFI_DEVICE_PATH_PROTOCOL *path);
/* The nodes of `first` (may be NULL), then those of `second` (may be NULL). */
EFI_DEVICE_PATH_PROTOCOL *device_path_append(const EFI_DEVICE_PATH_PROTOCOL *first,
                                             const EFI_DEVICE_PATH_PROTOCOL *second);
/* The nodes of `path` (may be NULL), then `node` (may be NULL), and an end. */
EFI_DEVICE_PATH_PROTOCOL *device_path_append_node(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                  const EFI_DEVICE_PATH_PROTOCOL *node);
EFI_DEVICE_PATH_PROTOCOL *device_path_append_instance(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                      const EFI_DEVICE_PATH_PROTOCOL *instance);
/* A copy of the first instance of `*path`, which moves on to the next one, or to NULL after the
 * last. */
EFI_DEVICE_PATH_PROTOCOL *device_path_next_instance(const EFI_DEVICE_PATH_PROTOCOL **path,
                                                    size_t *ret_size);
/* A node with zeroed contents; NULL also when `length` is shorter than a header. */
EFI_DEVICE_PATH_PROTOCOL *device_path_create_node(uint8_t type, uint8_t subtype, uint16_t length);

/* A device path and a file on it, for LoadImage. */
EFI_DEVICE_PATH_PROTOCOL *device_path_append_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                                  const char16_t *file);

/* Text of UEFI 2.10 §10.6. The string is the caller's; NULL when memory is out (or, for a node,
 * when it is NULL). */
char16_t *device_path_to_text(const EFI_DEVICE_PATH_PROTOCOL *path, bool display_only,
                              bool allow_shortcuts);
char16_t *device_path_node_to_text(const EFI_DEVICE_PATH_PROTOCOL *node, bool display_only,
                                   bool allow_shortcuts);
EFI_DEVICE_PATH_PROTOCOL *device_path_from_text(const char16_t *text);
EFI_DEVICE_PATH_PROTOCOL *device_path_node_from_text(const char16_t *text);

/* For log lines: UTF-8, cut to fit, always NUL terminated; `size` is at least 1. */
void device_path_print(char *buffer, size_t size, const EFI_DEVICE_PATH_PROTOCOL *path);
