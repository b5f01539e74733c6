/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* Installs the driver binding that mounts the file systems of src/storage on any handle with Disk
 * I/O. */
EFI_STATUS file_system_binding_install(EFI_HANDLE image) MUST_CHECK;
