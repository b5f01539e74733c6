/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/device_path_to_text.h"

/* EFI_DEVICE_PATH_TO_TEXT_PROTOCOL (UEFI 2.10 §10.6.2). Has no state; installed on a handle of its
 * own. For the firmware's own use there are the functions of efi/device_path.h. */
extern EFI_DEVICE_PATH_TO_TEXT_PROTOCOL device_path_to_text_protocol;
