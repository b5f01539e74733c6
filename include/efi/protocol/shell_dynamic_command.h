/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL (UEFI Shell 2.2 §2.4): a command of the shell that a driver
 * brings. */

#include "efi/protocol/shell.h"
#include "efi/protocol/shell_parameters.h"
#include "efi/system_table.h"

#define EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL_GUID                                                    \
    {                                                                                              \
        0x3c7200e9, 0x005f, 0x4ea4,                                                                \
        {                                                                                          \
            0x87, 0xde, 0xa3, 0xdf, 0xac, 0x8a, 0x27, 0xc3                                         \
        }                                                                                          \
    }

typedef struct EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL {
    const char16_t *CommandName;
    /* Returns a SHELL_STATUS. */
    size_t(EFIAPI *Handler)(struct EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *This,
                            EFI_SYSTEM_TABLE *SystemTable,
                            EFI_SHELL_PARAMETERS_PROTOCOL *ShellParameters,
                            EFI_SHELL_PROTOCOL *Shell);
    /* Pool memory, in the format of manual files; NULL: there is none. */
    char16_t *(EFIAPI *GetHelp)(struct EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL *This,
                                const char *Language);
} EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL;

_Static_assert(sizeof(EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL) == 24,
               "EFI_SHELL_DYNAMIC_COMMAND_PROTOCOL layout");
