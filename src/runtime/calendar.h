/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"

/* Is this a time as UEFI 2.10 §8.3 wants it? */
bool time_is_sound(const EFI_TIME *time);

/* Seconds from 1900 to a sound time, without regard to its time zone. */
uint64_t time_to_seconds(const EFI_TIME *time);
