/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/types.h"
#include "lib/macros.h"

/* Memory of the shell: pool of the boot services, malloc in host tests. NULL when memory is out,
 * which every caller turns into EFI_OUT_OF_RESOURCES. */
void *shell_alloc(size_t size) MUST_CHECK;
void shell_free(void *memory);

/* Memory that is freed at once, when the command or line that it was for is done. Zero-initialised
 * is empty. */
struct arena {
    struct arena_block *blocks;
};

/* Zeroed, aligned to 16. */
void *arena_alloc(struct arena *arena, size_t size) MUST_CHECK;
char16_t *arena_copy(struct arena *arena, const char16_t *text, size_t length) MUST_CHECK;
void arena_free(struct arena *arena);
