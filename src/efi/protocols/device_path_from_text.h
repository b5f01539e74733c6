/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/device_path_from_text.h"

/* EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL (UEFI 2.10 §10.6.5). Has no state; installed on a handle of
 * its own. Text that names no node is a file path, as on other firmware. */
extern EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL device_path_from_text_protocol;
