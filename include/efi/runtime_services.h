/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Runtime services table (UEFI 2.10 §4.5 and §8). */

#include "efi/memory.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_RUNTIME_SERVICES_SIGNATURE 0x56524553544e5552ull
#define EFI_RUNTIME_SERVICES_REVISION  ((2 << 16) | 100)

#define EFI_VARIABLE_NON_VOLATILE                          0x00000001u
#define EFI_VARIABLE_BOOTSERVICE_ACCESS                    0x00000002u
#define EFI_VARIABLE_RUNTIME_ACCESS                        0x00000004u
#define EFI_VARIABLE_HARDWARE_ERROR_RECORD                 0x00000008u
#define EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS            0x00000010u
#define EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS 0x00000020u
#define EFI_VARIABLE_APPEND_WRITE                          0x00000040u
#define EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS         0x00000080u

#define EFI_GLOBAL_VARIABLE_GUID                                                                   \
    {                                                                                              \
        0x8be4df61, 0x93ca, 0x11d2,                                                                \
        {                                                                                          \
            0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c                                         \
        }                                                                                          \
    }

typedef struct {
    uint32_t Resolution;
    uint32_t Accuracy;
    bool SetsToZero;
} EFI_TIME_CAPABILITIES;

typedef enum {
    EfiResetCold,
    EfiResetWarm,
    EfiResetShutdown,
    EfiResetPlatformSpecific,
} EFI_RESET_TYPE;

typedef struct {
    EFI_GUID CapsuleGuid;
    uint32_t HeaderSize;
    uint32_t Flags;
    uint32_t CapsuleImageSize;
} EFI_CAPSULE_HEADER;

/* ConvertPointer: leave a null pointer alone. */
#define EFI_OPTIONAL_PTR 0x00000001u

typedef struct EFI_RUNTIME_SERVICES {
    EFI_TABLE_HEADER Hdr;

    EFI_STATUS(EFIAPI *GetTime)(EFI_TIME *Time, EFI_TIME_CAPABILITIES *Capabilities);
    EFI_STATUS(EFIAPI *SetTime)(EFI_TIME *Time);
    EFI_STATUS(EFIAPI *GetWakeupTime)(bool *Enabled, bool *Pending, EFI_TIME *Time);
    EFI_STATUS(EFIAPI *SetWakeupTime)(bool Enable, EFI_TIME *Time);

    EFI_STATUS(EFIAPI *SetVirtualAddressMap)
    (size_t MemoryMapSize, size_t DescriptorSize, uint32_t DescriptorVersion,
     EFI_MEMORY_DESCRIPTOR *VirtualMap);
    EFI_STATUS(EFIAPI *ConvertPointer)(size_t DebugDisposition, void **Address);

    EFI_STATUS(EFIAPI *GetVariable)
    (const char16_t *VariableName, const EFI_GUID *VendorGuid, uint32_t *Attributes,
     size_t *DataSize, void *Data);
    EFI_STATUS(EFIAPI *GetNextVariableName)
    (size_t *VariableNameSize, char16_t *VariableName, EFI_GUID *VendorGuid);
    EFI_STATUS(EFIAPI *SetVariable)
    (const char16_t *VariableName, const EFI_GUID *VendorGuid, uint32_t Attributes, size_t DataSize,
     const void *Data);

    EFI_STATUS(EFIAPI *GetNextHighMonotonicCount)(uint32_t *HighCount);
    void(EFIAPI *ResetSystem)(EFI_RESET_TYPE ResetType, EFI_STATUS ResetStatus, size_t DataSize,
                              void *ResetData);

    EFI_STATUS(EFIAPI *UpdateCapsule)
    (EFI_CAPSULE_HEADER **CapsuleHeaderArray, size_t CapsuleCount,
     EFI_PHYSICAL_ADDRESS ScatterGatherList);
    EFI_STATUS(EFIAPI *QueryCapsuleCapabilities)
    (EFI_CAPSULE_HEADER **CapsuleHeaderArray, size_t CapsuleCount, uint64_t *MaximumCapsuleSize,
     EFI_RESET_TYPE *ResetType);
    EFI_STATUS(EFIAPI *QueryVariableInfo)
    (uint32_t Attributes, uint64_t *MaximumVariableStorageSize,
     uint64_t *RemainingVariableStorageSize, uint64_t *MaximumVariableSize);
} EFI_RUNTIME_SERVICES;

_Static_assert(sizeof(EFI_RUNTIME_SERVICES) == 24 + 14 * 8, "EFI_RUNTIME_SERVICES layout");
