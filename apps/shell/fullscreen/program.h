/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/fullscreen/canvas.h"
#include "shell/text.h"

/* A full-screen program: a title in the first row, messages and questions in the last, in between
 * what the program draws, and a table of keys that does both what keys do and the help. */

struct program;

/* A function key and, for terminals without these, Ctrl with a letter. */
struct binding {
    uint16_t scan; /* 0: none */
    char letter;   /* 0: none; '\t' is Tab, which Ctrl-I sends, too */
    void (*run)(struct program *p);
    const char *help; /* NULL: not in the list */
};

struct program {
    struct canvas canvas;
    const struct binding *bindings;
    size_t binding_count;
    const char *about; /* the last lines of the help */
    void (*draw)(struct program *p);
    /* A key that is in no binding. */
    void (*key)(struct program *p, const EFI_KEY_DATA *key);
    char message[160];                   /* UTF-8, in the last row until the next key */
    void (*previous)(struct program *p); /* what the key before this one ran */
    bool leaves;
    EFI_STATUS failure; /* why it has to leave: no keyboard, no memory for the screen */
};

/* Runs until somebody sets `leaves`; the screen is clear then. Returns `failure`. */
EFI_STATUS program_run(struct program *p) MUST_CHECK;

void program_say(struct program *p, const char *format, ...) PRINTF(2, 3);

/* Says so and is true when `status` is an error. */
bool program_failed(struct program *p, EFI_STATUS status, const char *what);

/* Asks for a line, which begins as what `ret` holds. False: the user wants none. */
bool program_prompt(struct program *p, const char *question, struct text *ret);

/* Asks for a number, decimal or hexadecimal. */
bool program_prompt_number(struct program *p, const char *question, bool hex, uint64_t *ret);

/* Asks for one of the small letters; Esc and Ctrl-C are the last of them. */
char program_ask(struct program *p, const char *question, const char *letters);

/* A binding for it: the keys, until a key is pressed. */
void program_help(struct program *p);
/* A binding: draws all of it again. */
void program_redraw(struct program *p);

/* Rows between title and messages. */
static inline size_t program_rows(const struct program *p)
{
    return p->canvas.rows - 2;
}
