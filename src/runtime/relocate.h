/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* An image to move by its base relocations (PE/COFF §5.6). */
struct relocation {
    uint64_t image, size; /* where its bytes are, and where they are accessed */
    const void *blocks;   /* its .reloc */
    uint32_t blocks_size;
    uint64_t from, to; /* the base that its pointers hold now, and the one that they shall hold */
};

/* Moves the 64-bit pointers that point into the image still: a driver may have converted some of
 * them itself by ConvertPointer, or put something else there; those are left alone. Stops at the
 * first block that makes no sense. */
void relocate(const struct relocation *relocation);
