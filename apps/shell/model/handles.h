/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "efi/guid.h"
#include "efi/status.h"
#include "lib/macros.h"
#include "shell/memory.h"

/* Numbers for handles, written in hexadecimal, which people type instead of addresses (UEFI Shell
 * 2.2 §5.3, dh). A handle keeps its number while the shell runs; one that is gone leaves a hole. */

struct handles {
    EFI_HANDLE *list;
    size_t count;
};

/* Gives numbers to handles that are new. Commands that take or show numbers call it first. */
EFI_STATUS handles_update(void) MUST_CHECK;

/* Numbers 1 … this have been given. */
size_t handles_highest(void);

/* NULL: there is no such handle, or none any more. */
EFI_HANDLE handle_of_number(size_t number);

/* 0: it has none. */
size_t handle_number(EFI_HANDLE handle);

/* The handle whose number a user wrote. Complains when there is none. */
bool handle_operand(const char16_t *word, EFI_HANDLE *ret);

/* The handles with a protocol (NULL: all) in the firmware's order; memory of `arena`. None at all
 * is EFI_SUCCESS with a count of 0. */
EFI_STATUS handles_with(struct arena *arena, const EFI_GUID *protocol,
                        struct handles *ret) MUST_CHECK;

/* The handle's interface of the protocol, NULL when it has none. */
void *handle_interface(EFI_HANDLE handle, const EFI_GUID *protocol);

/* The only interface of a protocol that is there once, or the first; NULL. */
void *first_interface(const EFI_GUID *protocol);

/* Has the handle a protocol, by its name in protocol_names.h? */
bool handle_has(EFI_HANDLE handle, const char16_t *protocol);
