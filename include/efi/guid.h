/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"

/* Every GUID is a macro NAME_GUID holding a braced initialiser; GUID_OF(NAME) turns it into a pointer to a constant,
 * so that no global GUID objects exist. The constant lives until the end of the block: never return it or keep it. */
#define GUID_OF(name) (&(const EFI_GUID)name##_GUID)

static inline bool guid_equal(const EFI_GUID *a, const EFI_GUID *b)
{
    return __builtin_memcmp(a, b, sizeof *a) == 0;
}
