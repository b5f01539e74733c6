/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "hw/fuse.h"
#include "lib/macros.h"

/* A FUSE server behind a device, as drivers offer it and src/storage/fuse uses it. */

/* The most data in one READ or WRITE, in bytes. */
#define FUSE_DATA_MAX (256u << 10)

struct fuse_device;

/* A request: its header, which is filled in, its arguments and data. The reply's header and the
 * rest of it, as much as there is. Sizes are in bytes, and up to FUSE_DATA_MAX + 4096 together each
 * way. */
struct fuse_call {
    struct fuse_in_header header;
    const void *arguments;
    size_t arguments_size;
    const void *data;
    size_t data_size;

    struct fuse_out_header reply;
    void *result; /* NULL and 0 when there is none */
    size_t result_size;
    size_t result_length; /* bytes of it that the server wrote */
};

struct fuse_operations {
    /* Sends a request and waits for its reply, up to 30 s. Whether that makes sense is the caller's
     * to judge. EFI_TIMEOUT, EFI_DEVICE_ERROR: the device is dead, and so it stays. */
    EFI_STATUS (*call)(struct fuse_device *device, struct fuse_call *call);

    /* Sends a request that has no reply. */
    EFI_STATUS (*post)(struct fuse_device *device, struct fuse_call *call);
};

struct fuse_device {
    const struct fuse_operations *operations;
    char name[40]; /* for log lines: "virtio-fs 0000:00:03.0" */
    char tag[37];  /* the file system's name: UTF-8, NUL terminated */

    /* Called before the device is reset at ExitBootServices; set while it is mounted. Allocates and
     * frees nothing. */
    void (*end_session)(void *context);
    void *context;
};
