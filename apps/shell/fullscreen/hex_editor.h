/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/file_editor.h"
#include "shell/fullscreen/hex_buffer.h"

/* The program behind `hexedit`: files, blocks of disks, and memory. */

struct region {
    enum {
        REGION_FILE,
        REGION_DISK,
        REGION_MEMORY,
    } kind;
    char16_t disk[32];     /* its mapping */
    uint64_t first, count; /* blocks, or address and bytes */
};

struct region_host {
    /* Memory of shell_alloc(), and the bytes of what is written at once: a block. */
    EFI_STATUS(*read)
    (void *context, const struct region *region, void **ret, size_t *ret_size, size_t *ret_unit);
    /* Bytes [at, at + size) of the region, whole units. */
    EFI_STATUS(*write)
    (void *context, const struct region *region, size_t at, const void *data, size_t size);
    void *context;
};

#define REGION_MOST (64u << 20) /* bytes of a disk or of memory at once */

struct hex_editor {
    struct file_editor editor; /* the first member */
    struct hex_buffer buffer;
    const struct region_host *regions;
    struct region region;
    uint8_t *original; /* of a disk or memory: only what is changed is written */
    size_t unit;
    uint64_t base; /* what the first byte's offset is shown as */
    size_t top;    /* the first byte that is shown */
};

/* Edits the region (for a file `name`, NULL: a new one). Errors of loading, and of the screen or
 * keyboard. */
EFI_STATUS hex_editor_run(const struct screen_host *screen, const struct file_host *files,
                          const struct region_host *regions, const struct region *region,
                          const char16_t *name) MUST_CHECK;

/* For tests: the parts of it. */
void hex_editor_init(struct hex_editor *e, const struct screen_host *screen,
                     const struct file_host *files, const struct region_host *regions);
void hex_editor_free(struct hex_editor *e);
