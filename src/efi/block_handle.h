/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/block.h"
#include "efi/protocol/block_io.h"
#include "lib/macros.h"

/* The block device behind a handle with Block I/O, as partition and file-system drivers use it: the
 * native device when a driver of ours made it and nobody else holds the handle's Block I/O, else
 * one that calls the protocol (DESIGN decision 1). */
struct block_handle {
    struct block_device *device; /* what to use */
    struct block_device foreign; /* over `protocol` */
    EFI_BLOCK_IO_PROTOCOL *protocol;
    void *bounce; /* one block, aligned as the protocol wants it; NULL: not needed */
    size_t bounce_size;
};

/* EFI_UNSUPPORTED: no Block I/O, no medium, or impossible geometry (with one log line). The object
 * stays where it is until it is closed. */
EFI_STATUS block_handle_open(struct block_handle *block, EFI_HANDLE handle) MUST_CHECK;
void block_handle_close(struct block_handle *block);
