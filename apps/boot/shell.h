/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Runs the firmware's EFI shell. False when it cannot be started, which the user has read. */
bool boot_shell(struct boot *boot);
