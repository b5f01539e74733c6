/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"
#include "lib/macros.h"
#include "storage/file_system.h"

/* EFI_SIMPLE_FILE_SYSTEM_PROTOCOL (UEFI 2.10 §13.4) over a mounted file system. */
struct volume;

/* Takes the file system over and installs the protocol on `handle`. On failure it is still the
 * caller's. */
EFI_STATUS volume_install(EFI_HANDLE handle, struct file_system *file_system,
                          struct volume **ret) MUST_CHECK;

/* EFI_ACCESS_DENIED while files are open, or somebody holds the protocol; else the file system is
 * unmounted. */
EFI_STATUS volume_uninstall(EFI_HANDLE handle, struct volume *volume) MUST_CHECK;
