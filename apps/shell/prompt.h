/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/text.h"

/* "FS0:\DIR> ", or "Shell> " when no volume is current. */
void prompt_append(struct text *ret);

/* Reads lines and runs them until `exit`. */
EFI_STATUS prompt_loop(void) MUST_CHECK;
