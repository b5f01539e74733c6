/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>

#include "efi/types.h"

/* The variable store as bytes on its medium (docs/architecture.md, "Variables"). Little-endian.
 *
 * A store has one or two banks of equal size. A bank is a header and a log of records, each at a
 * multiple of 8. The bank whose header is sound and has the higher sequence is the store; the other
 * one is the spare, into which living records are copied when the log is full.
 *
 * Erased bytes are 0xff, and writing a record only clears bits, so that flash can carry the format.
 * A record becomes valid by the store of its first four bytes, which is the last one. A new version
 * of a variable is appended, then the old one is marked dead: whoever finds two has seen a power
 * cut between the two and takes the later. */

#define STORE_MAGIC   0x31524f5453564843ull /* "CHVSTOR1" */
#define STORE_VERSION 1u
#define RECORD_MAGIC  0x5256u /* "VR" */
#define STORE_ERASED  0xffu

/* States only ever lose bits. */
#define RECORD_VALID 0x7fu
#define RECORD_DEAD  0x00u

struct store_header {
    uint64_t magic;
    uint32_t version;
    uint32_t bank_size;
    uint32_t bank_count;
    uint32_t sequence;
    EFI_GUID uuid;
    uint32_t reserved;
    uint32_t checksum; /* CRC-32 of all before it; written last */
};

struct store_record {
    uint16_t magic;
    uint8_t state;
    uint8_t reserved1; /* 0 */
    uint32_t checksum; /* CRC-32 of all behind it: rest of this header, name, data */
    uint32_t attributes;
    uint32_t data_size;
    uint32_t name_size; /* in bytes, with the NUL */
    uint32_t reserved2; /* 0 */
    EFI_GUID guid;
    EFI_TIME time; /* of the last authenticated write; else zeros */
    /* char16_t name[]; uint8_t data[]; erased bytes up to a multiple of 8 */
};

#define RECORD_ALIGN         8u
#define RECORD_CHECKSUM_FROM offsetof(struct store_record, attributes)

_Static_assert(sizeof(struct store_header) == 48, "store header layout");
_Static_assert(sizeof(struct store_record) == 56, "store record layout");
