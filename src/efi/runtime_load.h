/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "lib/macros.h"
#include "platform/machine.h"
#include "runtime/runtime.h"

/* Puts the runtime image into EfiRuntimeServicesCode pages of its own near the top of RAM below 4
 * GiB, relocates, protects and initialises it (DESIGN decision 3). Once; `*ret` lives for ever. */
EFI_STATUS runtime_load(const struct machine *machine, struct runtime_interface **ret) MUST_CHECK;
