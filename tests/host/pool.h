/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

/* After `count` more allocations every one fails, until it is called with SIZE_MAX: for tests of out-of-memory
 * paths. */
void host_fail_allocation_after(size_t count);
