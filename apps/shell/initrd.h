/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"

/* An initramfs for Linux, which its EFI stub asks for by LoadFile2 (LINUX_EFI_INITRD_MEDIA). */

/* Offers `data`, which belongs to the offer from then on. EFI_ALREADY_STARTED when somebody else
 * offers one. */
EFI_STATUS initrd_offer(void *data, size_t size) MUST_CHECK;

/* EFI_NOT_STARTED: this shell offers none. The shell does so when it ends. */
EFI_STATUS initrd_withdraw(void) MUST_CHECK;
