/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* System table (UEFI 2.10 §4.3) and configuration table GUIDs (§4.6). */

#include "efi/boot_services.h"
#include "efi/protocol/simple_text_in.h"
#include "efi/protocol/simple_text_out.h"
#include "efi/runtime_services.h"

#define EFI_SYSTEM_TABLE_SIGNATURE 0x5453595320494249ull
#define EFI_SYSTEM_TABLE_REVISION  ((2 << 16) | 100)

#define EFI_ACPI_20_TABLE_GUID                                                                     \
    {                                                                                              \
        0x8868e871, 0xe4f1, 0x11d3,                                                                \
        {                                                                                          \
            0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81                                         \
        }                                                                                          \
    }
#define ACPI_TABLE_GUID                                                                            \
    {                                                                                              \
        0xeb9d2d30, 0x2d88, 0x11d3,                                                                \
        {                                                                                          \
            0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }
#define SMBIOS_TABLE_GUID                                                                          \
    {                                                                                              \
        0xeb9d2d31, 0x2d88, 0x11d3,                                                                \
        {                                                                                          \
            0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }
#define SMBIOS3_TABLE_GUID                                                                         \
    {                                                                                              \
        0xf2fd1544, 0x9794, 0x4a2c,                                                                \
        {                                                                                          \
            0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94                                         \
        }                                                                                          \
    }
#define EFI_MEMORY_ATTRIBUTES_TABLE_GUID                                                           \
    {                                                                                              \
        0xdcfa911d, 0x26eb, 0x469f,                                                                \
        {                                                                                          \
            0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20                                         \
        }                                                                                          \
    }
#define EFI_RT_PROPERTIES_TABLE_GUID                                                               \
    {                                                                                              \
        0xeb66918a, 0x7eef, 0x402a,                                                                \
        {                                                                                          \
            0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9                                         \
        }                                                                                          \
    }

typedef struct {
    EFI_GUID VendorGuid;
    void *VendorTable;
} EFI_CONFIGURATION_TABLE;

/* §4.6.4 */
typedef struct {
    uint32_t Version;
    uint32_t NumberOfEntries;
    uint32_t DescriptorSize;
    uint32_t Flags;
    EFI_MEMORY_DESCRIPTOR Entry[];
} EFI_MEMORY_ATTRIBUTES_TABLE;

#define EFI_MEMORY_ATTRIBUTES_TABLE_VERSION 2

/* §4.6.2 */
typedef struct {
    uint16_t Version;
    uint16_t Length;
    uint32_t RuntimeServicesSupported;
} EFI_RT_PROPERTIES_TABLE;

#define EFI_RT_PROPERTIES_TABLE_VERSION                1
#define EFI_RT_SUPPORTED_GET_TIME                      0x0001u
#define EFI_RT_SUPPORTED_SET_TIME                      0x0002u
#define EFI_RT_SUPPORTED_GET_WAKEUP_TIME               0x0004u
#define EFI_RT_SUPPORTED_SET_WAKEUP_TIME               0x0008u
#define EFI_RT_SUPPORTED_GET_VARIABLE                  0x0010u
#define EFI_RT_SUPPORTED_GET_NEXT_VARIABLE_NAME        0x0020u
#define EFI_RT_SUPPORTED_SET_VARIABLE                  0x0040u
#define EFI_RT_SUPPORTED_SET_VIRTUAL_ADDRESS_MAP       0x0080u
#define EFI_RT_SUPPORTED_CONVERT_POINTER               0x0100u
#define EFI_RT_SUPPORTED_GET_NEXT_HIGH_MONOTONIC_COUNT 0x0200u
#define EFI_RT_SUPPORTED_RESET_SYSTEM                  0x0400u
#define EFI_RT_SUPPORTED_UPDATE_CAPSULE                0x0800u
#define EFI_RT_SUPPORTED_QUERY_CAPSULE_CAPABILITIES    0x1000u
#define EFI_RT_SUPPORTED_QUERY_VARIABLE_INFO           0x2000u

typedef struct EFI_SYSTEM_TABLE {
    EFI_TABLE_HEADER Hdr;
    char16_t *FirmwareVendor;
    uint32_t FirmwareRevision;
    EFI_HANDLE ConsoleInHandle;
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL *ConIn;
    EFI_HANDLE ConsoleOutHandle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *ConOut;
    EFI_HANDLE StandardErrorHandle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *StdErr;
    EFI_RUNTIME_SERVICES *RuntimeServices;
    EFI_BOOT_SERVICES *BootServices;
    size_t NumberOfTableEntries;
    EFI_CONFIGURATION_TABLE *ConfigurationTable;
} EFI_SYSTEM_TABLE;

_Static_assert(sizeof(EFI_SYSTEM_TABLE) == 120, "EFI_SYSTEM_TABLE layout");
