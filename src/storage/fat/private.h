/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/fat.h"
#include "lib/list.h"
#include "storage/fat/fat.h"

/* What the files of the FAT driver share. */

/* Values of table entries, the same for all kinds. */
#define FAT_FREE 0u
#define FAT_BAD  0x0ffffff7u
#define FAT_END  0x0fffffffu

#define FAT_LINES 4u

/* A few pieces ("lines") of the device's bytes from `base` on. */
struct fat_line {
    uint8_t *data; /* NULL: not used yet */
    uint64_t offset;
    uint32_t size; /* 0: nothing in it */
    uint32_t dirty_from, dirty_to;
    uint32_t age;
};

struct fat_cache {
    uint64_t base;      /* on the device */
    uint64_t size;      /* bytes */
    uint32_t line_size; /* a multiple of the sector size */
    uint32_t clock;
    struct fat_line lines[FAT_LINES];
};

/* A stretch of a chain that lies together. */
struct fat_extent {
    uint32_t index; /* of its first cluster in the file */
    uint32_t cluster;
    uint32_t count;
};

/* What is known of a cluster chain: extents from its start on, and the last one found so far. Once
 * `extents` is full only `tail` goes on. */
struct fat_chain {
    uint32_t first; /* 0: no clusters */
    struct fat_extent *extents;
    uint32_t count, capacity;
    struct fat_extent tail; /* count 0: nothing is known yet */
    bool complete;          /* the chain ends with `tail` */
};

/* A file or directory that is open, once for all its handles. */
struct fat_node {
    struct list link; /* among the volume's nodes */
    struct fat_volume *volume;
    struct fat_node *parent; /* held; NULL for the root */
    uint32_t references;
    uint32_t depth;        /* 0 for the root */
    uint32_t first_offset; /* of its entries in the parent: long name, and ... */
    uint32_t short_offset; /* ... the one that `entry` is a copy of */
    struct fat_entry entry;
    struct fat_chain chain;
    bool deleted;
    char16_t *name;
};

struct fat_file {
    struct file file;
    struct fat_node *node;
    bool writable;
};

/* A piece of a file that was read, or is being read, ahead of its reader (ahead.c). */
struct fat_window {
    uint64_t position; /* in the file */
    size_t size;       /* bytes of the file, 0: empty */
    uint8_t *data;     /* NULL: not needed yet */
    size_t skip;       /* bytes of `data` in front of them */
    bool in_flight;
    struct block_segment segment;
    struct block_pending pending;
};

struct fat_ahead {
    const struct fat_node *node; /* the file that was read last; NULL: none */
    uint64_t next;               /* where that ended */
    uint32_t window_size;        /* bytes that were asked for last; 0: nothing yet */
    bool broken; /* its chain is, further on: the reader is to come there first, and told once */
    struct fat_window windows[2];
};

struct fat_volume {
    struct file_system file_system;
    struct block_device *device;
    unsigned bits; /* 12, 16, 32 */
    uint32_t sector_size;
    uint32_t cluster_size;
    uint32_t cluster_count; /* clusters 2 to cluster_count + 1 */
    uint64_t size;          /* bytes */

    uint64_t tables_offset; /* on the device */
    uint32_t table_size;    /* bytes */
    unsigned table_count;
    unsigned active_table;
    bool mirrored;

    uint32_t root_cluster; /* FAT32 */
    uint32_t root_size; /* bytes of the root directory of FAT12 and FAT16, which begins the area */
    uint32_t info_offset; /* FSInfo, on the device; 0: none */
    uint32_t backup_offset;
    bool was_dirty; /* before us: it stays so */

    bool info_loaded;
    bool free_known;
    uint32_t free_count;
    uint32_t next_free; /* where to look first */

    bool changing;    /* the dirty mark is set */
    bool failed;      /* writing has failed: read-only from now on */
    uint32_t writers; /* handles that are open for writing */

    struct fat_cache table; /* the active table */
    struct fat_cache area;  /* root directory and clusters: metadata only */
    struct fat_ahead ahead;
    struct {
        uint32_t directory; /* its first cluster */
        uint32_t behind;    /* bytes; 0: nothing was found yet */
    } found;                /* where fat_directory_find() was last lucky */
    struct list nodes;
    struct fat_node *root; /* held while mounted */
};

/* bpb.c: fills the geometry from the boot sector. */
EFI_STATUS fat_parse_boot_sector(struct fat_volume *volume, const uint8_t *sector) MUST_CHECK;

/* cache.c. `ret` points at the byte at `offset`, `ret_size` bytes follow in the line; valid until
 * the next call. */
EFI_STATUS fat_cache_get(struct fat_volume *volume, struct fat_cache *cache, uint64_t offset,
                         uint8_t **ret, uint32_t *ret_size) MUST_CHECK;
/* The bytes that fat_cache_get() pointed at were changed; they are written later (table only). */
void fat_cache_dirty(struct fat_cache *cache, uint64_t offset, uint32_t size);
/* Changes bytes in the cache and, whole sectors, on the device at once. */
EFI_STATUS fat_cache_write(struct fat_volume *volume, struct fat_cache *cache, uint64_t offset,
                           const void *data, uint32_t size) MUST_CHECK;
EFI_STATUS fat_cache_flush(struct fat_volume *volume, struct fat_cache *cache) MUST_CHECK;
void fat_cache_release(struct fat_cache *cache);

/* table.c */
bool fat_is_cluster(const struct fat_volume *volume, uint32_t cluster);
EFI_STATUS fat_table_get(struct fat_volume *volume, uint32_t cluster, uint32_t *ret) MUST_CHECK;
EFI_STATUS fat_table_set(struct fat_volume *volume, uint32_t cluster, uint32_t value) MUST_CHECK;
EFI_STATUS fat_table_flush(struct fat_volume *volume) MUST_CHECK;
/* How many of the entries from `cluster` on, at most `max`, name the next cluster; and what the
 * entry after them holds. */
EFI_STATUS fat_table_run(struct fat_volume *volume, uint32_t cluster, uint32_t max,
                         uint32_t *ret_count, uint32_t *ret_next) MUST_CHECK;
/* The first free cluster in [from, end), or `end`. */
EFI_STATUS fat_table_find_free(struct fat_volume *volume, uint32_t from, uint32_t end,
                               uint32_t *ret) MUST_CHECK;
EFI_STATUS fat_table_count_free(struct fat_volume *volume, uint32_t *ret) MUST_CHECK;

/* allocate.c. Makes a chain of `count` clusters that nothing points at yet, near `hint` (0:
 * anywhere); it is in the table on the device on return. EFI_VOLUME_FULL: nothing was allocated. */
EFI_STATUS fat_allocate(struct fat_volume *volume, uint32_t hint, uint32_t count,
                        uint32_t *ret_first) MUST_CHECK;
/* Frees the chain, up to whatever is not a cluster. */
EFI_STATUS fat_free_chain(struct fat_volume *volume, uint32_t first) MUST_CHECK;
EFI_STATUS fat_free_space(struct fat_volume *volume, uint32_t *ret_clusters) MUST_CHECK;

/* state.c: FSInfo and the dirty mark. fat_begin_change() comes before everything that writes:
 * EFI_WRITE_PROTECTED. */
EFI_STATUS fat_begin_change(struct fat_volume *volume) MUST_CHECK;
EFI_STATUS fat_end_changes(struct fat_volume *volume) MUST_CHECK;
bool fat_is_read_only(const struct fat_volume *volume);
void fat_load_info(struct fat_volume *volume);
/* After a failed write nobody knows what is on the device: stop writing. Returns `status`. */
EFI_STATUS fat_fail(struct fat_volume *volume, EFI_STATUS status);

/* chain.c. Where cluster `index` of the file is, and how many clusters from it on lie together,
 * looked for as far as `wanted`. *ret_count 0: the chain is shorter. */
EFI_STATUS fat_chain_map(struct fat_node *node, uint32_t index, uint32_t wanted,
                         uint32_t *ret_cluster, uint32_t *ret_count) MUST_CHECK;
/* Number of clusters in the chain, and its last one (0: empty). */
EFI_STATUS fat_chain_length(struct fat_node *node, uint32_t *ret_length,
                            uint32_t *ret_last) MUST_CHECK;
void fat_chain_reset(struct fat_chain *chain, uint32_t first);

/* node.c. Nodes are counted: fat_node_get() takes one reference, fat_node_put() gives it back. */
struct fat_found;
EFI_STATUS fat_node_get(struct fat_node *parent, const struct fat_found *found,
                        struct fat_node **ret) MUST_CHECK;
void fat_node_put(struct fat_node *node);
EFI_STATUS fat_node_make_root(struct fat_volume *volume) MUST_CHECK;
bool fat_node_is_directory(const struct fat_node *node);
/* In pool memory; NULL when there is none. */
char16_t *fat_name_copy(const char16_t *name) MUST_CHECK;
/* Writes `entry` to the directory. */
EFI_STATUS fat_node_update(struct fat_node *node) MUST_CHECK;
/* Logs "volume: path: problem" and returns EFI_VOLUME_CORRUPTED. */
EFI_STATUS fat_corrupted(const struct fat_node *node, const char *problem) MUST_CHECK;
uint32_t fat_entry_cluster(const struct fat_volume *volume, const struct fat_entry *entry);
void fat_entry_set_cluster(struct fat_entry *entry, uint32_t cluster);

/* names.c */
uint8_t fat_name_checksum(const char name[FAT_NAME_SIZE]);
void fat_name_decode(const struct fat_entry *entry, bool with_case, char16_t ret[13]);
bool fat_name_equal(const char16_t *name, const char16_t *other, size_t other_length);
/* Without what does not count at the end of a name: dots and spaces. */
size_t fat_name_trim(const char16_t *name, size_t length);
bool fat_name_is_valid(const char16_t *name, size_t length);
/* Fills name and case_flags of `entry` when `name` is a short name, with at most one case in the
 * base and one in the extension. False: it needs a long name. */
bool fat_name_make_short(const char16_t *name, struct fat_entry *entry);
/* Candidate number `attempt`, from 0, of a short name for a long one. */
void fat_name_make_alias(const char16_t *name, unsigned attempt, char ret[FAT_NAME_SIZE]);
unsigned fat_name_long_entries(const char16_t *name);
/* Entry `order`, from 1, of the long name. */
void fat_name_long_entry(const char16_t *name, unsigned order, bool last, uint8_t checksum,
                         struct fat_long_entry *ret);
void fat_name_long_part(const struct fat_long_entry *entry, char16_t ret[FAT_LONG_CHARACTERS]);

/* time.c */
EFI_TIME fat_time_decode(uint16_t date, uint16_t time, uint8_t tenths);
void fat_time_encode(const EFI_TIME *from, uint16_t *date, uint16_t *time, uint8_t *tenths);
bool fat_time_is_valid(const EFI_TIME *time);
/* Dates `entry`'s last change. */
void fat_time_touch(struct fat_entry *entry);

/* A file as its directory records it. */
struct fat_found {
    uint32_t first_offset;
    uint32_t short_offset;
    struct fat_entry entry;
    char16_t name[FILE_NAME_MAX + 1];
    char16_t short_name[13];
};

/* ahead.c. Reads bytes that are inside the file; a file that is read from front to back in small
 * pieces is read in larger ones. */
EFI_STATUS fat_ahead_read(struct fat_node *node, uint64_t position, void *buffer,
                          size_t size) MUST_CHECK;
/* Somebody writes, or a node goes. */
void fat_ahead_forget(struct fat_volume *volume);
void fat_ahead_release(struct fat_volume *volume);

/* directory.c. Offsets are in bytes of the directory. */
/* The entry at `offset`. EFI_NOT_FOUND: behind the last cluster. */
EFI_STATUS fat_directory_entry(struct fat_node *directory, uint32_t offset,
                               struct fat_entry *ret) MUST_CHECK;
/* The next file or directory from *offset on, which then is behind it. EFI_NOT_FOUND: none. */
EFI_STATUS fat_directory_next(struct fat_node *directory, uint32_t *offset,
                              struct fat_found *ret) MUST_CHECK;
EFI_STATUS fat_directory_find(struct fat_node *directory, const char16_t *name, size_t length,
                              struct fat_found *ret) MUST_CHECK;
EFI_STATUS fat_directory_is_empty(struct fat_node *directory, bool *ret) MUST_CHECK;
/* Where the byte is in the area, and how many follow in the same cluster. */
EFI_STATUS fat_directory_locate(struct fat_node *directory, uint32_t offset, uint64_t *ret,
                                uint32_t *ret_size) MUST_CHECK;
uint64_t fat_cluster_offset(const struct fat_volume *volume, uint32_t cluster); /* in the area */

/* directory_write.c */
EFI_STATUS fat_directory_write(struct fat_node *directory, uint32_t offset, const void *data,
                               uint32_t size) MUST_CHECK;
/* Adds entries with the long name `name` for `entry`; *ret is what was added. */
EFI_STATUS fat_directory_add(struct fat_node *directory, const char16_t *name,
                             const struct fat_entry *entry, struct fat_found *ret) MUST_CHECK;
/* Writes `count` entries to a free place, which is made when there is none; entries[count] is room
 * for an end mark. */
EFI_STATUS fat_directory_append(struct fat_node *directory, struct fat_entry *entries,
                                unsigned count, uint32_t *ret_offset) MUST_CHECK;
EFI_STATUS fat_directory_remove(struct fat_node *directory, uint32_t first_offset,
                                uint32_t short_offset) MUST_CHECK;
/* A cluster with "." and ".." of a directory in `parent`. */
EFI_STATUS fat_directory_make(struct fat_node *parent, const struct fat_entry *entry,
                              uint32_t *ret_cluster) MUST_CHECK;
EFI_STATUS fat_directory_set_parent(struct fat_node *directory) MUST_CHECK;

/* Operations of files and volumes: open.c, file.c, write.c, remove.c, info.c, label.c */
EFI_STATUS fat_open(struct file *from, const char16_t *path, uint64_t mode, uint32_t attributes,
                    struct file **ret);
EFI_STATUS fat_open_node(struct fat_node *node, bool writable, struct file **ret) MUST_CHECK;
EFI_STATUS fat_walk(struct fat_node *from, const char16_t *path, struct fat_node **ret_directory,
                    struct path_component *ret_last) MUST_CHECK;
EFI_STATUS fat_lookup(struct fat_node *directory, struct path_component component,
                      struct fat_node **ret) MUST_CHECK;
void fat_close(struct file *file);
EFI_STATUS fat_read(struct file *file, uint64_t position, void *buffer, size_t size,
                    size_t *ret_size);
EFI_STATUS fat_map_file(struct file *file, uint64_t position, size_t size, uint64_t *ret_offset,
                        size_t *ret_size);
/* Where the bytes at `position`, which are inside the file, lie on the device, and how many of
 * `size` lie there together: at least one. EFI_VOLUME_CORRUPTED: the chain does not go so far. */
EFI_STATUS fat_map(struct fat_node *node, uint64_t position, size_t size, uint64_t *ret_offset,
                   size_t *ret_size) MUST_CHECK;
EFI_STATUS fat_transfer(struct fat_node *node, bool write, uint64_t position, void *buffer,
                        size_t size) MUST_CHECK;
EFI_STATUS fat_read_directory(struct file *directory, uint64_t *cookie, struct file_info *ret);
EFI_STATUS fat_flush(struct file *file);
EFI_STATUS fat_write(struct file *file, uint64_t position, const void *buffer, size_t size);
EFI_STATUS fat_resize(struct fat_node *node, uint64_t size) MUST_CHECK;
EFI_STATUS fat_delete(struct file *file);
EFI_STATUS fat_rename(struct fat_node *node, const char16_t *path) MUST_CHECK;
EFI_STATUS fat_get_info(struct file *file, struct file_info *ret);
EFI_STATUS fat_set_info(struct file *file, const struct file_info *info);
void fat_info_from_entry(const struct fat_volume *volume, const struct fat_entry *entry,
                         const char16_t *name, struct file_info *ret);
EFI_STATUS fat_get_label(struct fat_volume *volume, char16_t ret[FAT_NAME_SIZE + 1]) MUST_CHECK;
EFI_STATUS fat_set_label(struct file_system *file_system, const char16_t *label);

static inline struct fat_file *fat_file_of(struct file *file)
{
    return CONTAINER_OF(file, struct fat_file, file);
}

static inline struct fat_volume *fat_volume_of(struct file_system *file_system)
{
    return CONTAINER_OF(file_system, struct fat_volume, file_system);
}
