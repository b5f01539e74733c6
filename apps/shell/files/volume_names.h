/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/files/volume.h"

/* The names that volumes have by themselves (UEFI Shell 2.2 appendix A): FSn: for the n-th with
 * files, BLKn: for the n-th with blocks, and a letter code that follows from the device path: HD,
 * CD or F, the number of the device, and the partition as a letter. */

struct volume_numbers {
    unsigned files, blocks, devices;
    const EFI_DEVICE_PATH_PROTOCOL *device; /* of the last volume: its path without the partition */
    size_t device_length;
};

#define VOLUME_NAMES     3
#define VOLUME_NAME_SIZE 16

/* Called for each volume in order. Names are without colon; the one that is shown first comes
 * first. */
size_t volume_default_names(const struct volume *volume, struct volume_numbers *numbers,
                            char16_t names[VOLUME_NAMES][VOLUME_NAME_SIZE]);
