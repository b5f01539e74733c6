/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"

/* EFI_SHELL_PROTOCOL (UEFI Shell 2.2 §2.2) on the shell's image handle. A shell that runs inside
 * another one leaves that one's alone. */
EFI_STATUS protocol_install(void) MUST_CHECK;
void protocol_uninstall(void);
