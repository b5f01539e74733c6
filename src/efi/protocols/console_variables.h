/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/device_path.h"
#include "efi/runtime_services.h"

/* ConIn, ConOut and ErrOut (UEFI 2.10 §3.3): which of the consoles are used for what. */

enum console_use {
    CONSOLE_USE_INPUT,
    CONSOLE_USE_OUTPUT,
    CONSOLE_USE_ERRORS,
};

#define CONSOLE_USES 3

/* Says in ConInDev, ConOutDev and ErrOutDev which consoles there are: `all` has an instance for
 * each (NULL: there is none). Where nobody has chosen, ConIn, ConOut and ErrOut name them too, and
 * behind them the console as a whole, by which this is known for the firmware's choice: a console
 * that is there at the next boot only will be used all the same. */
void console_variables_set(EFI_RUNTIME_SERVICES *rt, const EFI_DEVICE_PATH_PROTOCOL *all);

/* What the variable of this use says: the caller's (pool_free()). NULL: nothing, or no device path,
 * with a line in the log. */
EFI_DEVICE_PATH_PROTOCOL *console_variable_get(EFI_RUNTIME_SERVICES *rt, enum console_use use);

/* Is the console at `path` one of those that the instances of `choice` (NULL: none) name? A UART's
 * settings and the kind of terminal make no difference. */
bool console_is_named(const EFI_DEVICE_PATH_PROTOCOL *choice, const EFI_DEVICE_PATH_PROTOCOL *path);

/* The path of all consoles as one. */
extern const EFI_DEVICE_PATH_PROTOCOL *const console_whole_path;
