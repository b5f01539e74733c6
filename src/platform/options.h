/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "platform/smbios.h"

/* Where host_option() looks (DESIGN §5). Forgets what was found before. `command_line` and the
 * SMBIOS table stay where they are. */
void options_set_sources(const char *command_line, const struct smbios *smbios, bool has_fw_cfg);
