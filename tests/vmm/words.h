/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Flags' values, of the form "key=value,key=value". What is wrong ends the program by usage(). */

/* The next item, or NULL; `*ret_value` is NULL without "=". Commas inside of brackets do not part.
 * Writes into the list. */
char *words_next(char **list, char **ret_value);

/* A number, which may end in K, M, G or T. */
uint64_t words_number(const char *text, const char *flag);

/* "on" or "off", or "true" or "false". */
bool words_on(const char *text, const char *flag);

bool words_among(const char *word, const char *const *list, size_t count);

/* Says which flag is wrong and what there is; exit status 2. */
_Noreturn void usage(const char *what);
