/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The shell's memory over malloc; host_fail_allocation_after() counts it too. */
#include "core/pool.h"
#include "shell/memory.h"

void *shell_alloc(size_t size)
{
    return pool_alloc(size);
}

void shell_free(void *memory)
{
    pool_free(memory);
}
