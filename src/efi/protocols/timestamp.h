/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/timestamp.h"

/* EFI_TIMESTAMP_PROTOCOL (UEFI 2.10 §38.1): the TSC. Has no state; installed on a handle of its
 * own. Its frequency is found when somebody asks for the properties. */
extern EFI_TIMESTAMP_PROTOCOL timestamp_protocol;
