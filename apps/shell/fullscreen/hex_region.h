/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/hex_editor.h"

/* Disks and memory in the hex editor. */

/* Reads it in place of what was edited before. On an error everything stays as it was. */
EFI_STATUS hex_region_load(struct hex_editor *e, const struct region *region) MUST_CHECK;

/* It is a file from now on. */
void hex_region_forget(struct hex_editor *e);
