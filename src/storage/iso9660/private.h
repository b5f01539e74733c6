/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "hw/iso9660.h"
#include "lib/list.h"
#include "storage/file_system.h"

/* ISO 9660 (ECMA-119), read only. Names are Joliet's where there is a Joliet tree, else Rock
 * Ridge's (as far as they stand in the directory itself), else ISO 9660's without their version. */

struct iso_volume {
    struct file_system file_system;
    struct block_device *device;
    uint32_t block_size; /* of extents: 512, 1024 or 2048 */
    uint64_t size;       /* bytes: what the volume claims, and the device has */
    bool joliet;
    char16_t label[VOLUME_LABEL_MAX + 1];
    struct iso_node *root;
    uint64_t cached; /* offset of the sector in `sector`; UINT64_MAX: none */
    uint8_t sector[ISO9660_SECTOR_SIZE];
};

/* A file that is open, or a directory above one. */
struct iso_node {
    struct iso_volume *volume;
    struct iso_node *parent; /* NULL: the root */
    unsigned references, depth;
    uint64_t offset;       /* of its data, in bytes */
    struct file_info info; /* size: of a directory 0 */
    uint64_t data_size;
};

struct iso_file {
    struct file file;
    struct iso_node *node;
};

/* An entry of a directory. */
struct iso_entry {
    uint64_t offset, size;
    struct file_info info;
};

static inline struct iso_volume *iso_volume_of(struct file_system *file_system)
{
    return CONTAINER_OF(file_system, struct iso_volume, file_system);
}

static inline struct iso_node *iso_node_of(struct file *file)
{
    return CONTAINER_OF(file, struct iso_file, file)->node;
}

/* The entry at *position of a directory, which moves on to the one behind it. "." and ".." are left
 * out. EFI_NOT_FOUND: there is no more. EFI_VOLUME_CORRUPTED: logged. */
EFI_STATUS iso_directory_next(const struct iso_node *directory, uint64_t *position,
                              struct iso_entry *ret) MUST_CHECK;

/* Fills in what a record says of a file. False: it cannot be. */
bool iso_record_decode(const struct iso_volume *volume, const struct iso9660_record *record,
                       struct iso_entry *ret);
/* The name of a record in `size` bytes. */
void iso_record_name(const struct iso_volume *volume, const uint8_t *record, size_t size,
                     char16_t name[FILE_NAME_MAX + 1]);

EFI_STATUS iso_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                    struct file **ret);
EFI_STATUS iso_file_new(struct iso_node *node, struct file **ret);
void iso_close(struct file *file);
EFI_STATUS iso_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret);
void iso_node_put(struct iso_node *node);

EFI_STATUS iso_corrupted(const struct iso_volume *volume, const char *problem);
