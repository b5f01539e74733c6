/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SHELL_PARAMETERS_PROTOCOL (UEFI Shell 2.2 §2.3): on the handle of an image that the shell
 * started. */

#include "efi/types.h"

#define EFI_SHELL_PARAMETERS_PROTOCOL_GUID                                                         \
    {                                                                                              \
        0x752f3136, 0x4e16, 0x4fdc,                                                                \
        {                                                                                          \
            0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca                                         \
        }                                                                                          \
    }

typedef void *SHELL_FILE_HANDLE;

typedef struct {
    char16_t **Argv;
    size_t Argc;
    SHELL_FILE_HANDLE StdIn;
    SHELL_FILE_HANDLE StdOut;
    SHELL_FILE_HANDLE StdErr;
} EFI_SHELL_PARAMETERS_PROTOCOL;
