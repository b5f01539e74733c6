/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* Makes controllers of the virtio devices over MMIO that the host has named; only the first call
 * does anything. EFI_OUT_OF_RESOURCES: some are missing. */
EFI_STATUS controllers_find_mmio(const struct machine *machine) MUST_CHECK;
