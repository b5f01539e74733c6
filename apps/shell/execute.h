/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "efi/types.h"
#include "lib/macros.h"

/* Running lines. %lasterror% tells what came of them; users have read why. */

/* A line from the prompt or from a program: variables are put in first. */
void execute_line(const char16_t *line);

/* A line whose variables are put in. */
void execute_substituted(const char16_t *line);

/* Runs a script with its positional parameters. */
EFI_STATUS execute_script(const char16_t *file, const char16_t *const *arguments,
                          size_t count) MUST_CHECK;

/* Finds the script or image that a command's name stands for: with .nsh or .efi added if it has no
 * extension of these, in the current directory and then along %path%, unless the name has a
 * directory. The full name is in pool memory. EFI_NOT_FOUND. */
EFI_STATUS execute_find(const char16_t *name, char16_t **ret) MUST_CHECK;

/* The same for the manual of a command, script or image: NAME.man. */
EFI_STATUS execute_find_manual(const char16_t *name, char16_t **ret) MUST_CHECK;

/* Loads the image of a file, without starting it. */
EFI_STATUS execute_load(const char16_t *file, EFI_HANDLE *ret) MUST_CHECK;

/* Loads and runs an image. `words[0]` is its full name, `raw` the words for LoadOptions.
 * EFI_SUCCESS when it ran; `*ret_code` is what it returned. */
EFI_STATUS execute_image(char16_t **words, char16_t **raw, size_t count,
                         EFI_STATUS *ret_code) MUST_CHECK;

/* Sets %lasterror%. */
void execute_set_last_error(uint64_t code);
