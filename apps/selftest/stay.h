/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "selftest/child/child.h"

typedef uint64_t EFIAPI child_function(size_t number);

/* The function of the runtime driver that image.runtime-driver has started, where it was before
 * SetVirtualAddressMap; NULL: there is none. */
child_function *stay_function(void);
