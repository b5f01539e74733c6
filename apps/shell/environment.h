/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/status.h"
#include "efi/types.h"
#include "lib/list.h"
#include "lib/macros.h"

/* Environment variables, whose names are case-sensitive, and aliases, which as commands are not
 * (UEFI Shell 2.2 §3.4, §3.6): two lists of names with values, each kept in UEFI variables of its
 * own vendor GUID so that other programs, nested shells, and, if not volatile, the next boot find
 * them. */

struct definition {
    struct list link;
    char16_t *name;
    char16_t *value;
    bool is_volatile;
    bool read_only; /* the shell's own */
};

struct definitions {
    struct list list; /* sorted by name */
    const EFI_GUID *vendor;
    bool ignores_case;
};

extern struct definitions environment, aliases;

/* Reads what UEFI variables hold, and makes those that the shell itself defines. */
EFI_STATUS environment_init(void) MUST_CHECK;
void environment_free(void);

/* NULL when there is none; `length` characters of `name` count. */
const struct definition *definition_find(const struct definitions *in, const char16_t *name,
                                         size_t length);

/* `value` NULL or "" deletes. EFI_ACCESS_DENIED for what is the shell's own, EFI_NOT_FOUND when
 * there is nothing to delete, errors of SetVariable, EFI_OUT_OF_RESOURCES. */
EFI_STATUS definition_set(struct definitions *in, const char16_t *name, const char16_t *value,
                          bool is_volatile) MUST_CHECK;

/* Sets one that users cannot change and that no UEFI variable holds. */
EFI_STATUS environment_set_own(const char16_t *name, const char16_t *value) MUST_CHECK;

/* The value or NULL. */
const char16_t *environment_get(const char16_t *name);

/* A copy of the environment that is put back later (Execute with an environment of its own): what
 * is changed in between is forgotten, and does not reach UEFI variables. */
struct environment_state {
    struct list list;
};
EFI_STATUS environment_push(struct environment_state *state) MUST_CHECK;
void environment_pop(struct environment_state *state);
