/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Base types of the UEFI ABI (UEFI 2.10 §2.3.1). Plain C integers are used in this code base for
 * UINTN (size_t), UINT64 (uint64_t), BOOLEAN (bool) and CHAR16 (char16_t); their sizes are
 * asserted. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EFIAPI __attribute__((ms_abi))

typedef uint16_t char16_t;
typedef void *EFI_HANDLE;
typedef void *EFI_EVENT;
typedef size_t EFI_TPL;
typedef uint64_t EFI_LBA;
typedef uint64_t EFI_PHYSICAL_ADDRESS;
typedef uint64_t EFI_VIRTUAL_ADDRESS;

typedef struct {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} EFI_GUID;

typedef struct {
    uint64_t Signature;
    uint32_t Revision;
    uint32_t HeaderSize;
    uint32_t CRC32;
    uint32_t Reserved;
} EFI_TABLE_HEADER;

typedef struct {
    uint16_t Year;
    uint8_t Month;
    uint8_t Day;
    uint8_t Hour;
    uint8_t Minute;
    uint8_t Second;
    uint8_t Pad1;
    uint32_t Nanosecond;
    int16_t TimeZone;
    uint8_t Daylight;
    uint8_t Pad2;
} EFI_TIME;

#define EFI_UNSPECIFIED_TIMEZONE 0x07FF
#define EFI_TIME_ADJUST_DAYLIGHT 0x01
#define EFI_TIME_IN_DAYLIGHT     0x02

#define EFI_PAGE_SIZE  4096ull
#define EFI_PAGE_SHIFT 12

_Static_assert(sizeof(size_t) == 8 && sizeof(void *) == 8, "64-bit only");
_Static_assert(sizeof(bool) == 1, "BOOLEAN is one byte");
_Static_assert(sizeof(EFI_GUID) == 16, "EFI_GUID layout");
_Static_assert(sizeof(EFI_TABLE_HEADER) == 24, "EFI_TABLE_HEADER layout");
_Static_assert(sizeof(EFI_TIME) == 16, "EFI_TIME layout");
