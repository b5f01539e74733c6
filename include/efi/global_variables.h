/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* What stands in variables of the firmware and the OS (UEFI 2.10 §3.1.4, §8.5.4). */

/* BootOptionSupport; SUPPORT_COUNT holds the most keys that a hot key may have. */
#define EFI_BOOT_OPTION_SUPPORT_KEY     0x00000001u
#define EFI_BOOT_OPTION_SUPPORT_APP     0x00000002u
#define EFI_BOOT_OPTION_SUPPORT_SYSPREP 0x00000010u
#define EFI_BOOT_OPTION_SUPPORT_COUNT   0x00000300u

/* OsIndications and OsIndicationsSupported */
#define EFI_OS_INDICATIONS_BOOT_TO_FW_UI           0x0000000000000001ull
#define EFI_OS_INDICATIONS_START_OS_RECOVERY       0x0000000000000020ull
#define EFI_OS_INDICATIONS_START_PLATFORM_RECOVERY 0x0000000000000040ull
