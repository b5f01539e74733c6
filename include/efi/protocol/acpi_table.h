/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* ACPI table protocol (UEFI 2.10 §20.2). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_ACPI_TABLE_PROTOCOL_GUID                                                               \
    {                                                                                              \
        0xffe06bdd, 0x6107, 0x46a6,                                                                \
        {                                                                                          \
            0x7b, 0xb2, 0x5a, 0x9c, 0x7e, 0xc5, 0x27, 0x5c                                         \
        }                                                                                          \
    }

typedef struct EFI_ACPI_TABLE_PROTOCOL {
    EFI_STATUS(EFIAPI *InstallAcpiTable)
    (struct EFI_ACPI_TABLE_PROTOCOL *This, void *AcpiTableBuffer, size_t AcpiTableBufferSize,
     size_t *TableKey);
    EFI_STATUS(EFIAPI *UninstallAcpiTable)(struct EFI_ACPI_TABLE_PROTOCOL *This, size_t TableKey);
} EFI_ACPI_TABLE_PROTOCOL;
