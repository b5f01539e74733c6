/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "selftest/test.h"

/* Gives the firmware virtual addresses: calls SetVirtualAddressMap with every runtime range at an
 * address that has nothing to do with the others, and then takes the physical ones away. False: it
 * did not work, and a line says why. */
bool virtual_enter(void);

/* Where the OS has mapped a physical address of a runtime range; 0: nowhere. */
uint64_t virtual_address(uint64_t physical);
