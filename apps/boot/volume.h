/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Is there a file of this name (a path from the root) on the volume with this handle? */
bool volume_has_file(struct boot *boot, EFI_HANDLE volume, const char16_t *name);
