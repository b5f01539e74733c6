/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"
#include "efi/protocol/shell.h"
#include "efi/system_table.h"

/* The shell as a program: one instance per image. */
struct shell {
    EFI_HANDLE image;
    EFI_LOADED_IMAGE_PROTOCOL *loaded_image;
    EFI_SYSTEM_TABLE *table;
    EFI_BOOT_SERVICES *bs;
    EFI_RUNTIME_SERVICES *rt;

    /* Where commands read from and write to. */
    EFI_FILE_PROTOCOL *input, *output, *error;

    EFI_EVENT break_event; /* EFI_SHELL_PROTOCOL.ExecutionBreak: the user pressed Ctrl-C */
    bool interrupted;      /* the same for the shell's own commands; cleared before each prompt */

    uint64_t last_error; /* %lasterror% */
    bool echo;           /* script lines are shown */
    unsigned scripts;    /* that are running inside each other */

    enum {
        SHELL_GOES_ON,
        SHELL_LEAVES_SCRIPT, /* exit /b */
        SHELL_ENDS,          /* exit */
    } leaving;
    uint64_t exit_code;

    bool no_console_in, no_console_out, no_interrupt, no_nesting;
};

extern struct shell shell;

/* Did the user press Ctrl-C? Every loop over much asks this. */
bool shell_interrupted(void);
