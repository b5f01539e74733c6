/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"
#include "lib/table.h"
#include "shell/language/command_line.h"
#include "shell/text.h"

/* The shell's own commands: a file each, or one for a small family, in commands/, registered in a
 * linker table. To add one, write commands/NAME.c, name it in commands/meson.build, and in it
 *
 *   static EFI_STATUS touch(struct invocation *i) { … }
 *   static const struct option options[] = {{"-r", OPTION_FLAG, NULL, "Directories, too."}};
 *   SHELL_COMMAND(touch_command) = {.name = "touch", .run = touch, .summary = …,
 *                                   .operands = "file…", OPTIONS(options), .least = 1, .most = 9};
 *
 * Options and their explanations stand in one place, from which both parsing and help go out. When
 * `run` is called, aliases, variables, quotes, redirection and pipes are done with, and so are -?
 * and wrong options or numbers of operands; -b turns paging on, unless the command has an option of
 * that name.
 *
 * - i->operands[0 … i->count - 1] are the words that are no options. They are the command's: it may
 *   write in them. i->values[n] belongs to options[n].
 * - Memory: arena_alloc(i->arena) is freed when the command returns; shell_alloc() by the command.
 * - Output: print() and print_text() (print.h), which pages, redirects and pipes; -sfo: sfo.h.
 *   Complaints: complain() and complain_status(), which name the command.
 * - Input: shell.input->Read() gives lines, of a user, a file or a pipe; single keys:
 *   console_wait_key() (console.h). Full-screen programs draw on console_screen().
 * - Files: files/files.h by name, files/find.h by pattern, files/volume.h for mappings.
 * - Ctrl-C: every loop that may be long asks shell_interrupted(), and returns EFI_ABORTED without a
 *   word. To wait, use shell_sleep() (keyboard.h), never Stall().
 * - The result is an EFI status, which %lasterror% shows as a SHELL_STATUS, the same number without
 *   the error bit (SHELL_NOT_EQUAL is EFI_ERROR_BIT | SHELL_NOT_EQUAL). Who returns an error has
 *   complained.
 */

enum option_kind {
    OPTION_FLAG,
    OPTION_VALUE,    /* the next word is its value */
    OPTION_ATTACHED, /* what follows the name in the same word is its value, maybe nothing: -ahs */
};

struct option {
    const char *name; /* with its dash, lower case */
    enum option_kind kind;
    const char *value; /* how help calls the value; NULL: none */
    const char *help;
};

#define COMMAND_OPTIONS 12

struct invocation;

struct command {
    const char *name;
    EFI_STATUS (*run)(struct invocation *i);
    const char *summary;  /* one line: "Lists the contents of a directory." */
    const char *operands; /* "[file]…" behind the options in the synopsis */
    const char *details;  /* paragraphs, lines up to 75 columns; NULL: the summary says it all */
    const char *examples; /* NULL: none */
    const struct option *options;
    uint8_t option_count;
    uint8_t least, most;   /* operands */
    bool keeps_last_error; /* %lasterror% stays what it is (§4.2) */
    bool plain_words; /* words that look like options are operands; of options only -? is one */
};

#define ANY_NUMBER     255
#define OPTIONS(array) .options = (array), .option_count = ARRAY_SIZE(array)

/* A command that is running. */
struct invocation {
    const struct command *command;
    struct arena *arena; /* freed when it returns */
    size_t count;        /* of the operands */
    char16_t **operands;
    const char16_t
        *values[COMMAND_OPTIONS]; /* by index of the option; "" for a flag; NULL: not given */
};

#define SHELL_COMMAND(identifier) TABLE_ENTRY(struct command, shell_commands, identifier)

/* NULL when there is none. */
const struct command *command_find(const char16_t *name);

/* Calls it with the words behind its name. The result is an EFI status; -? and wrong options are
 * dealt with here. */
EFI_STATUS command_run(const struct command *command, const struct word *words,
                       size_t count) MUST_CHECK;

/* Appends the sections of help whose names are in the comma-separated list; NULL: all. False when
 * no section matches. */
bool command_help(const struct command *command, const char16_t *sections, struct text *ret);

/* The number that a word stands for: decimal or 0x…, or hexadecimal anyway if `hex`. Complains when
 * it is none. */
bool command_number(const char16_t *word, bool hex, uint64_t *ret);
