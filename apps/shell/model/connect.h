/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "shell/model/handles.h"

/* Connecting controllers for the commands that do. */

/* All handles, if `recursive` again and again while new ones appear. `first`: the driver that is
 * tried before others; NULL. */
EFI_STATUS connect_all(struct arena *arena, EFI_HANDLE first, bool recursive) MUST_CHECK;

/* The devices that ConIn, ConOut and ErrOut name (UEFI 2.10 §3.3). EFI_NOT_FOUND: none of them is
 * there. */
EFI_STATUS connect_consoles(void) MUST_CHECK;

/* Every driver from every controller. */
EFI_STATUS disconnect_all(struct arena *arena) MUST_CHECK;
