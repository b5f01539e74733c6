/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/character.h"
#include "efi/system_table.h"
#include "lib/macros.h"

struct console_device;

/* Looks for the UART and shows the log on it. Needs no memory and no other part of the firmware, so
 * that a failure to start can be reported; called once, by console_install() if nobody did before.
 */
void console_early(void);

/* Puts ConIn, ConOut and StdErr into the system table, with handles and device paths, and sets the
 * variables ConIn, ConOut and ErrOut where they are missing. */
EFI_STATUS console_install(EFI_SYSTEM_TABLE *table) MUST_CHECK;

/* Is there a UART at COM1? */
bool console_has_uart(void);

/* A character device of a started driver becomes one more terminal of the console: `path` is its
 * controller's. It stays the caller's until console_detach(). EFI_OUT_OF_RESOURCES. */
EFI_STATUS console_attach(struct character_device *device, const EFI_DEVICE_PATH_PROTOCOL *path,
                          struct console_device **ret) MUST_CHECK;
void console_detach(struct console_device *device);
