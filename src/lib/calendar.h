/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "efi/types.h"

/* Is this a time as UEFI 2.10 §8.3 wants it? */
bool time_is_sound(const EFI_TIME *time);

/* Seconds from 1900 to a sound time, without regard to its time zone. */
uint64_t time_to_seconds(const EFI_TIME *time);

/* The same back, from 1900 to 9999; all zeros beyond. Its time zone is UTC. */
EFI_TIME time_from_seconds(uint64_t seconds);

/* From 1900 to 1970, where others begin to count. */
#define SECONDS_1900_TO_1970 2208988800ull
