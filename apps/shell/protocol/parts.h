/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/shell.h"
#include "shell/text.h"

/* EFI_SHELL_PROTOCOL is filled by parts, a file each. */
void protocol_fill_environment(EFI_SHELL_PROTOCOL *p);
void protocol_fill_files(EFI_SHELL_PROTOCOL *p);
void protocol_fill_file_lists(EFI_SHELL_PROTOCOL *p);
void protocol_fill_mappings(EFI_SHELL_PROTOCOL *p);
