/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"
#include "lib/macros.h"

/* Standard-format output (-sfo; UEFI Shell 2.2 §5.2): rows of a name and comma-separated columns in
 * quotes, in which ^ stands in front of a quote.
 *
 *   sfo_command("ls");                       ShellCommand,"ls"
 *   sfo_row("VolumeInfo");
 *   sfo_column("%llu", size);                VolumeInfo,"4096","NO NAME"
 *   sfo_text(label);
 *   sfo_end();
 */
void sfo_command(const char *name);
void sfo_row(const char *name);
void sfo_column(const char *format, ...) PRINTF(1, 2);
void sfo_text(const char16_t *text);
void sfo_end(void);
