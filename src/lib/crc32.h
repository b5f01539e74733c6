/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of ISO 3309 (polynomial 0x04C11DB7, reflected), as GPT and the UEFI tables use it. */
uint32_t crc32(const void *data, size_t size);

/* The same over several pieces: start with crc = 0 and pass each result on. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t size);
