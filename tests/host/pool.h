/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* After `count` more allocations every one fails, until it is called with SIZE_MAX: for tests of
 * out-of-memory paths. */
void host_fail_allocation_after(size_t count);

/* What pool_alloc_pages() has given and not got back: the memory that drivers show to devices. */
struct host_pages {
    uint8_t *memory;
    size_t size; /* as it was asked for */
};

const struct host_pages *host_pages_list(size_t *ret_count);

/* What is in use now stays in use, and in the list no more. */
void host_pages_forget(void);
