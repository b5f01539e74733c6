/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/device_path_utilities.h"

/* EFI_DEVICE_PATH_UTILITIES_PROTOCOL (UEFI 2.10 §10.5). Has no state; installed on a handle of its
 * own. */
extern EFI_DEVICE_PATH_UTILITIES_PROTOCOL device_path_utilities_protocol;
