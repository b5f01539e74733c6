/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/fuse.h"
#include "storage/file_system.h"

/* The directory that a FUSE server shares (virtio-fs) as a file system. Names are case-sensitive;
 * what is neither a file nor a directory, and names that UCS-2 cannot hold, are not seen. Symbolic
 * links are what they lead to, where that is in the directory: one that begins at the root begins
 * at the directory's. Deleting and renaming by the name of a link is about the link. */

/* Begins a session. `device` must live until unmount(). EFI_UNSUPPORTED: a server of another
 * version. */
EFI_STATUS fuse_mount(struct fuse_device *device, struct file_system **ret) MUST_CHECK;
