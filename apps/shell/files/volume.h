/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/protocol/device_path.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/list.h"
#include "lib/macros.h"

/* Devices with file systems or blocks, and the names that they are mapped to (UEFI Shell 2.2 §3.7
 * and appendix A): FS0: or BLK0:, a name that stays the same as long as the hardware does (HD0a:),
 * and those of users. */

struct volume {
    struct list link;
    struct list mappings; /* struct mapping; the default name first */
    EFI_HANDLE handle;
    const EFI_DEVICE_PATH_PROTOCOL *path; /* the firmware's */
    bool has_files;
    bool has_blocks;
    char16_t *directory; /* current one: "\A\B" */
};

struct mapping {
    struct list link;
    struct volume *volume;
    char16_t *name; /* with its colon */
    bool is_user;
};

extern struct list volumes; /* in the order of their device paths */

/* Looks for devices; user mappings are kept while their device is there, unless `reset`. */
EFI_STATUS volumes_update(bool reset) MUST_CHECK;
void volumes_free(void);

/* By name, with or without a colon; NULL. */
struct mapping *mapping_find(const char16_t *name, size_t length);
const char16_t *volume_name(const struct volume *volume);

/* Makes or deletes a user's mapping. EFI_ACCESS_DENIED for the default ones, EFI_NOT_FOUND. */
EFI_STATUS mapping_add(const char16_t *name, struct volume *volume) MUST_CHECK;
EFI_STATUS mapping_remove(const char16_t *name) MUST_CHECK;

/* The current volume, NULL at first. %cwd% follows. */
struct volume *volume_current(void);
EFI_STATUS volume_set_current(struct volume *volume) MUST_CHECK;
/* `directory` is absolute and clean. */
EFI_STATUS volume_set_directory(struct volume *volume, const char16_t *directory) MUST_CHECK;

/* The volume with the longest device path that `path` begins with; NULL. */
struct volume *volume_of_path(const EFI_DEVICE_PATH_PROTOCOL *path);
struct volume *volume_of_handle(EFI_HANDLE handle);

/* Opens the root directory. */
EFI_STATUS volume_open(const struct volume *volume, EFI_FILE_PROTOCOL **ret) MUST_CHECK;

/* Size, label and so on, in pool memory. */
EFI_STATUS volume_info(const struct volume *volume, EFI_FILE_SYSTEM_INFO **ret) MUST_CHECK;
