/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/reset_notification.h"

/* EFI_RESET_NOTIFICATION_PROTOCOL (UEFI 2.10 §38.2), installed on a handle of its own. */
extern EFI_RESET_NOTIFICATION_PROTOCOL reset_notification_protocol;

/* For struct runtime_interface's reset_hook: calls the registered functions in their order, then
 * signals the ResetSystem event group. Each function is called once, even if it calls ResetSystem
 * itself: that call goes on with the rest. */
void reset_notification_run(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size, void *data);
