/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "runtime/runtime.h"

/* The interface's next_monotonic_count (runtime.h). */
EFI_STATUS monotonic_next(uint64_t *ret);
