/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* EFI_COMPONENT_NAME2_PROTOCOL (UEFI 2.10 §11.5) of a driver of the firmware: its name, in "en".
 * The names of controllers are not known to it (EFI_UNSUPPORTED). */
EFI_STATUS component_name_install(EFI_HANDLE handle, const char *name) MUST_CHECK;
