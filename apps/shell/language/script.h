/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "lib/macros.h"
#include "shell/language/condition.h"

/* Scripts (UEFI Shell 2.2 §4): lines that run one after the other, with `if`, `for`, `goto` and
 * `shift` among them. Everything that is no part of the language is the host's. */

/* Takes a name that a pattern of `for … in` stands for. False: memory is out. */
typedef bool (*script_take_name)(void *sink, const char16_t *name);

struct script_host {
    /* Runs an ordinary command line, variables put in. What comes of it is the host's. */
    void (*run)(void *context, const char16_t *line);
    /* Shows a line that is about to run, if echo is on. */
    void (*echo)(void *context, const char16_t *line);
    /* True when the script shall end: `exit`, or the user's Ctrl-C. */
    bool (*stopped)(void *context);
    const char16_t *(*environment)(void *context, const char16_t *name, size_t length);
    /* Gives every name that the pattern matches to `take`; none: the pattern stands for itself. */
    EFI_STATUS (*expand)(void *context, const char16_t *pattern, script_take_name take, void *sink);
    /* Tells the user what is wrong, with the number of the line. */
    void (*complain)(void *context, size_t line, const char *problem);
    struct condition_host condition;
    void *context;
};

/* Runs `text`, lines ended by LF or CR LF. `arguments[0]` is the script's name. EFI_SUCCESS at its
 * end; EFI_ABORTED when the host stopped it; EFI_INVALID_PARAMETER after a complaint;
 * EFI_OUT_OF_RESOURCES. */
EFI_STATUS script_run(const struct script_host *host, const char16_t *text,
                      const char16_t *const *arguments, size_t argument_count) MUST_CHECK;
