/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"
#include "platform/machine.h"

/* Protocols that few programs want, and some of which cost a walk over the VMM's tables or the
 * start of processors: they are made when one first looks for them (DESIGN decision 7). */

void late_protocols_init(const struct machine *machine);

/* Somebody looks for `protocol`; NULL: for all there is. */
void late_protocols_offer(const EFI_GUID *protocol);
