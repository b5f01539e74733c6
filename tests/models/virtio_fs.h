/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "models/fuse_server.h"
#include "models/virtio.h"

/* A FUSE server behind a virtio-fs device. */
struct virtio_fs_model {
    struct virtio_model virtio;
    struct fuse_server server;
    bool silent;
};

/* `server` is set up before. */
void virtio_fs_model_init(struct virtio_fs_model *model, struct bus *bus);
