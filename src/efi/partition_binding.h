/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* Installs the driver binding that makes a child handle for each partition of a disk, any disk with
 * Disk I/O. */
EFI_STATUS partition_binding_install(EFI_HANDLE image) MUST_CHECK;
