/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/status.h"

/* A source of random bytes as drivers offer it. */
struct random_device;

struct random_operations {
    /* Fills `buffer` and waits for it. EFI_TIMEOUT: the source gave nothing for seconds;
     * EFI_DEVICE_ERROR: it is dead, and so it stays. What was written to `buffer` is then not to be
     * used. */
    EFI_STATUS (*read)(struct random_device *device, void *buffer, size_t size);
};

struct random_device {
    const struct random_operations *operations;
    char name[40];
};
