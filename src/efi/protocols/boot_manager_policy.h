/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/boot_manager_policy.h"

/* EFI_BOOT_MANAGER_POLICY_PROTOCOL (UEFI 2.10 §3.2): connects what a program names. The policy is
 * that of ConnectController, and that consoles are connected from the start. Has no state. */
extern EFI_BOOT_MANAGER_POLICY_PROTOCOL boot_manager_policy_protocol;
