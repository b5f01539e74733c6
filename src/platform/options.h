/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "platform/smbios.h"

/* Where host_option() looks (DESIGN §5). Forgets what was found before. `command_line` and the
 * SMBIOS table stay where they are. */
void options_set_sources(const char *command_line, const struct smbios *smbios, bool has_fw_cfg);

/* A word of the host's: [text, text + length). */
struct option_word {
    const char *text;
    size_t length;
};

/* Takes the next word of a command line, which parts words by spaces, but not inside of double
 * quotes. False: there is none. */
bool options_next_word(const char **line, struct option_word *ret);
