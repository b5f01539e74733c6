/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* MP services protocol (PI 1.8 volume 2 §13.4). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_MP_SERVICES_PROTOCOL_GUID                                                              \
    {                                                                                              \
        0x3fdda605, 0xa76e, 0x4f46,                                                                \
        {                                                                                          \
            0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08                                         \
        }                                                                                          \
    }

#define END_OF_CPU_LIST 0xffffffffu

#define PROCESSOR_AS_BSP_BIT        0x00000001u
#define PROCESSOR_ENABLED_BIT       0x00000002u
#define PROCESSOR_HEALTH_STATUS_BIT 0x00000004u

/* In GetProcessorInfo's ProcessorNumber: fill in ExtendedInformation, too. */
#define CPU_V2_EXTENDED_TOPOLOGY 0x01000000u

typedef void(EFIAPI *EFI_AP_PROCEDURE)(void *ProcedureArgument);

typedef struct {
    uint32_t Package;
    uint32_t Core;
    uint32_t Thread;
} EFI_CPU_PHYSICAL_LOCATION;

typedef struct {
    uint32_t Package;
    uint32_t Module;
    uint32_t Tile;
    uint32_t Die;
    uint32_t Core;
    uint32_t Thread;
} EFI_CPU_PHYSICAL_LOCATION2;

typedef union {
    EFI_CPU_PHYSICAL_LOCATION2 Location2;
} EXTENDED_PROCESSOR_INFORMATION;

typedef struct {
    uint64_t ProcessorId; /* the local APIC's id */
    uint32_t StatusFlag;
    EFI_CPU_PHYSICAL_LOCATION Location;
    EXTENDED_PROCESSOR_INFORMATION ExtendedInformation;
} EFI_PROCESSOR_INFORMATION;

typedef struct EFI_MP_SERVICES_PROTOCOL {
    EFI_STATUS(EFIAPI *GetNumberOfProcessors)
    (struct EFI_MP_SERVICES_PROTOCOL *This, size_t *NumberOfProcessors,
     size_t *NumberOfEnabledProcessors);
    EFI_STATUS(EFIAPI *GetProcessorInfo)
    (struct EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber,
     EFI_PROCESSOR_INFORMATION *ProcessorInfoBuffer);
    EFI_STATUS(EFIAPI *StartupAllAPs)
    (struct EFI_MP_SERVICES_PROTOCOL *This, EFI_AP_PROCEDURE Procedure, bool SingleThread,
     EFI_EVENT WaitEvent, size_t TimeoutInMicroSeconds, void *ProcedureArgument,
     size_t **FailedCpuList);
    EFI_STATUS(EFIAPI *StartupThisAP)
    (struct EFI_MP_SERVICES_PROTOCOL *This, EFI_AP_PROCEDURE Procedure, size_t ProcessorNumber,
     EFI_EVENT WaitEvent, size_t TimeoutInMicroseconds, void *ProcedureArgument, bool *Finished);
    EFI_STATUS(EFIAPI *SwitchBSP)
    (struct EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber, bool EnableOldBSP);
    EFI_STATUS(EFIAPI *EnableDisableAP)
    (struct EFI_MP_SERVICES_PROTOCOL *This, size_t ProcessorNumber, bool EnableAP,
     uint32_t *HealthFlag);
    EFI_STATUS(EFIAPI *WhoAmI)(struct EFI_MP_SERVICES_PROTOCOL *This, size_t *ProcessorNumber);
} EFI_MP_SERVICES_PROTOCOL;

_Static_assert(sizeof(EFI_PROCESSOR_INFORMATION) == 48, "EFI_PROCESSOR_INFORMATION layout");
_Static_assert(sizeof(EFI_MP_SERVICES_PROTOCOL) == 56, "EFI_MP_SERVICES_PROTOCOL layout");
