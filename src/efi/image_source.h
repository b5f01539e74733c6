/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/boot_services.h"
#include "lib/macros.h"

/* Where LoadImage gets the bytes of a file from (UEFI 2.10 §7.4.1). */

struct image_source {
    void *data; /* pages; NULL when the file is empty */
    size_t size;
};

/* Reads the file that `path` names: through the Simple File System of the device on the path when
 * file names follow it, else LoadFile2 (not for a boot manager's `boot_policy`), else LoadFile.
 * EFI_NOT_FOUND when no device on the path has such a protocol, or no such file. The caller
 * releases it. */
EFI_STATUS image_source_read(bool boot_policy, EFI_DEVICE_PATH_PROTOCOL *path,
                             struct image_source *ret) MUST_CHECK;

void image_source_release(struct image_source *source);
