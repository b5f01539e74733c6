/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "lib/macros.h"
#include "shell/files/find.h"

/* What lies under a file or directory. */

enum tree_order {
    TREE_ALONE,    /* nothing but itself */
    TREE_PARENTS,  /* a directory before what is in it */
    TREE_CHILDREN, /* a directory after what is in it */
};

/* Calls `visit` for everything. An error of it ends the walk; EFI_ABORTED by the user.
 * EFI_BAD_BUFFER_SIZE when directories lie too deep in each other. */
EFI_STATUS tree_walk(const struct found *root, enum tree_order order,
                     EFI_STATUS (*visit)(void *context, const struct found *found),
                     void *context) MUST_CHECK;
