/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/runtime_port.h"
#include "lib/crc32.h"
#include "runtime/services.h"

/* The runtime image's services, linked into the test and started anew. */
static struct runtime_interface interface;
static EFI_RUNTIME_SERVICES *rt;

static inline void start(const struct runtime_config *config)
{
    assert_int_equal(runtime_entry(config, &interface), EFI_SUCCESS);
    rt = interface.services;
}

static inline bool checksum_is_right(EFI_TABLE_HEADER *header)
{
    uint32_t crc = header->CRC32;
    header->CRC32 = 0;
    bool right = crc32(header, header->HeaderSize) == crc;
    header->CRC32 = crc;
    return right;
}
