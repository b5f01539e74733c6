/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/hii.h"
#include "efi/protocol/hii_config_access.h"
#include "shell/model/handles.h"
#include "shell/text.h"

/* Settings of drivers, by the HII protocols (UEFI 2.10 §35). Errors are those of the driver;
 * EFI_UNSUPPORTED when the firmware has no such protocol. */

/* Appends all settings of the handle, with their defaults, as configuration strings. */
EFI_STATUS configuration_read(EFI_HANDLE handle, struct text *ret) MUST_CHECK;

/* Gives configuration strings to the drivers that they name. `*ret_stopped`: the offset of what
 * was not taken. */
EFI_STATUS configuration_write(const char16_t *settings, size_t *ret_stopped) MUST_CHECK;

/* Sets the defaults of this kind: 0 standard, 1 manufacturing, 2 safe. EFI_NOT_FOUND: the driver
 * names none. */
EFI_STATUS configuration_set_defaults(EFI_HANDLE handle, uint16_t kind) MUST_CHECK;

/* Shows the handle's forms. EFI_NOT_FOUND: it has none. */
EFI_STATUS configuration_show_forms(EFI_HANDLE handle) MUST_CHECK;
