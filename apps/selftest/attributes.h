/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

#define ATTRIBUTES_UNKNOWN UINT64_MAX

/* What the memory attributes table says of a physical address. */
uint64_t attributes_of(uint64_t physical);
