/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* What a load option's image has to be (UEFI 2.10 §3.1.3). */
enum boot_image_type { BOOT_IMAGE_ANY, BOOT_IMAGE_APPLICATION, BOOT_IMAGE_DRIVER };

/* An image to start: where it is, and what it is told. */
struct boot_image {
    enum boot_image_type type;      /* others are not started, which is reported */
    EFI_DEVICE_PATH_PROTOCOL *path; /* full path of the file */
    void *image;                    /* in memory, or NULL */
    size_t image_size;
    const void *options; /* load options, or NULL */
    uint32_t options_size;
    const char *name; /* for lines to the user */
};

/* Signals ReadyToBoot, loads the image and starts it under the watchdog (UEFI 2.10 §3.1.2: five
 * minutes). Returns when the image could not be loaded, or returned. `*ret_started` says which. */
EFI_STATUS boot_start(struct boot *boot, const struct boot_image *image, bool *ret_started);

/* The same without ReadyToBoot, for what is no boot (category application). */
EFI_STATUS boot_start_application(struct boot *boot, const struct boot_image *image,
                                  bool *ret_started);

/* The same for what comes before the boot options, drivers and SysPrep####: without ReadyToBoot and
 * without the watchdog. A driver that returns success stays. */
EFI_STATUS boot_start_early(struct boot *boot, const struct boot_image *image, bool *ret_started);
