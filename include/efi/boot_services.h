/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* Boot services table (UEFI 2.10 §4.4 and §7). */

#include "efi/memory.h"
#include "efi/protocol/device_path.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_BOOT_SERVICES_SIGNATURE 0x56524553544f4f42ull
#define EFI_BOOT_SERVICES_REVISION  ((2 << 16) | 100)

/* §7.1 */
#define EVT_TIMER                         0x80000000u
#define EVT_RUNTIME                       0x40000000u
#define EVT_NOTIFY_WAIT                   0x00000100u
#define EVT_NOTIFY_SIGNAL                 0x00000200u
#define EVT_SIGNAL_EXIT_BOOT_SERVICES     0x00000201u
#define EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE 0x60000202u

#define TPL_APPLICATION 4
#define TPL_CALLBACK    8
#define TPL_NOTIFY      16
#define TPL_HIGH_LEVEL  31

#define EFI_EVENT_GROUP_EXIT_BOOT_SERVICES_GUID                                                    \
    {                                                                                              \
        0x27abf055, 0xb1b8, 0x4c26,                                                                \
        {                                                                                          \
            0x80, 0x48, 0x74, 0x8f, 0x37, 0xba, 0xa2, 0xdf                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES_GUID                                             \
    {                                                                                              \
        0x8be0e274, 0x3970, 0x4b44,                                                                \
        {                                                                                          \
            0x80, 0xc5, 0x1a, 0xb9, 0x50, 0x2f, 0x3b, 0xfc                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE_GUID                                                \
    {                                                                                              \
        0x13fa7698, 0xc831, 0x49c7,                                                                \
        {                                                                                          \
            0x87, 0xea, 0x8f, 0x43, 0xfc, 0xc2, 0x51, 0x96                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_MEMORY_MAP_CHANGE_GUID                                                     \
    {                                                                                              \
        0x78bee926, 0x692f, 0x48fd,                                                                \
        {                                                                                          \
            0x9e, 0xdb, 0x01, 0x42, 0x2e, 0xf0, 0xd7, 0xab                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_READY_TO_BOOT_GUID                                                         \
    {                                                                                              \
        0x7ce88fb3, 0x4bd7, 0x4679,                                                                \
        {                                                                                          \
            0x87, 0xa8, 0xa8, 0xd8, 0xde, 0xe5, 0x0d, 0x2b                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_AFTER_READY_TO_BOOT_GUID                                                   \
    {                                                                                              \
        0x3a2a00ad, 0x98b9, 0x4cdf,                                                                \
        {                                                                                          \
            0xa4, 0x78, 0x70, 0x27, 0x77, 0xf1, 0xc1, 0x0b                                         \
        }                                                                                          \
    }
#define EFI_EVENT_GROUP_RESET_SYSTEM_GUID                                                          \
    {                                                                                              \
        0x62da6a56, 0x13fb, 0x485a,                                                                \
        {                                                                                          \
            0xa8, 0xda, 0xa3, 0xdd, 0x79, 0x12, 0xcb, 0x6b                                         \
        }                                                                                          \
    }

typedef void(EFIAPI *EFI_EVENT_NOTIFY)(EFI_EVENT Event, void *Context);

typedef enum {
    TimerCancel,
    TimerPeriodic,
    TimerRelative,
} EFI_TIMER_DELAY;

typedef enum {
    EFI_NATIVE_INTERFACE,
} EFI_INTERFACE_TYPE;

typedef enum {
    AllHandles,
    ByRegisterNotify,
    ByProtocol,
} EFI_LOCATE_SEARCH_TYPE;

#define EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL  0x01u
#define EFI_OPEN_PROTOCOL_GET_PROTOCOL        0x02u
#define EFI_OPEN_PROTOCOL_TEST_PROTOCOL       0x04u
#define EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER 0x08u
#define EFI_OPEN_PROTOCOL_BY_DRIVER           0x10u
#define EFI_OPEN_PROTOCOL_EXCLUSIVE           0x20u

typedef struct {
    EFI_HANDLE AgentHandle;
    EFI_HANDLE ControllerHandle;
    uint32_t Attributes;
    uint32_t OpenCount;
} EFI_OPEN_PROTOCOL_INFORMATION_ENTRY;

struct EFI_SYSTEM_TABLE;
typedef EFI_STATUS(EFIAPI *EFI_IMAGE_ENTRY_POINT)(EFI_HANDLE ImageHandle,
                                                  struct EFI_SYSTEM_TABLE *SystemTable);

typedef struct EFI_BOOT_SERVICES {
    EFI_TABLE_HEADER Hdr;

    EFI_TPL(EFIAPI *RaiseTPL)(EFI_TPL NewTpl);
    void(EFIAPI *RestoreTPL)(EFI_TPL OldTpl);

    EFI_STATUS(EFIAPI *AllocatePages)
    (EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType, size_t Pages,
     EFI_PHYSICAL_ADDRESS *Memory);
    EFI_STATUS(EFIAPI *FreePages)(EFI_PHYSICAL_ADDRESS Memory, size_t Pages);
    EFI_STATUS(EFIAPI *GetMemoryMap)
    (size_t *MemoryMapSize, EFI_MEMORY_DESCRIPTOR *MemoryMap, size_t *MapKey,
     size_t *DescriptorSize, uint32_t *DescriptorVersion);
    EFI_STATUS(EFIAPI *AllocatePool)(EFI_MEMORY_TYPE PoolType, size_t Size, void **Buffer);
    EFI_STATUS(EFIAPI *FreePool)(void *Buffer);

    EFI_STATUS(EFIAPI *CreateEvent)
    (uint32_t Type, EFI_TPL NotifyTpl, EFI_EVENT_NOTIFY NotifyFunction, void *NotifyContext,
     EFI_EVENT *Event);
    EFI_STATUS(EFIAPI *SetTimer)(EFI_EVENT Event, EFI_TIMER_DELAY Type, uint64_t TriggerTime);
    EFI_STATUS(EFIAPI *WaitForEvent)(size_t NumberOfEvents, EFI_EVENT *Event, size_t *Index);
    EFI_STATUS(EFIAPI *SignalEvent)(EFI_EVENT Event);
    EFI_STATUS(EFIAPI *CloseEvent)(EFI_EVENT Event);
    EFI_STATUS(EFIAPI *CheckEvent)(EFI_EVENT Event);

    EFI_STATUS(EFIAPI *InstallProtocolInterface)
    (EFI_HANDLE *Handle, const EFI_GUID *Protocol, EFI_INTERFACE_TYPE InterfaceType,
     void *Interface);
    EFI_STATUS(EFIAPI *ReinstallProtocolInterface)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void *OldInterface, void *NewInterface);
    EFI_STATUS(EFIAPI *UninstallProtocolInterface)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void *Interface);
    EFI_STATUS(EFIAPI *HandleProtocol)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface);
    void *Reserved;
    EFI_STATUS(EFIAPI *RegisterProtocolNotify)
    (const EFI_GUID *Protocol, EFI_EVENT Event, void **Registration);
    EFI_STATUS(EFIAPI *LocateHandle)
    (EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol, void *SearchKey,
     size_t *BufferSize, EFI_HANDLE *Buffer);
    EFI_STATUS(EFIAPI *LocateDevicePath)
    (const EFI_GUID *Protocol, EFI_DEVICE_PATH_PROTOCOL **DevicePath, EFI_HANDLE *Device);
    EFI_STATUS(EFIAPI *InstallConfigurationTable)(const EFI_GUID *Guid, void *Table);

    EFI_STATUS(EFIAPI *LoadImage)
    (bool BootPolicy, EFI_HANDLE ParentImageHandle, EFI_DEVICE_PATH_PROTOCOL *DevicePath,
     void *SourceBuffer, size_t SourceSize, EFI_HANDLE *ImageHandle);
    EFI_STATUS(EFIAPI *StartImage)
    (EFI_HANDLE ImageHandle, size_t *ExitDataSize, char16_t **ExitData);
    EFI_STATUS(EFIAPI *Exit)
    (EFI_HANDLE ImageHandle, EFI_STATUS ExitStatus, size_t ExitDataSize, char16_t *ExitData);
    EFI_STATUS(EFIAPI *UnloadImage)(EFI_HANDLE ImageHandle);
    EFI_STATUS(EFIAPI *ExitBootServices)(EFI_HANDLE ImageHandle, size_t MapKey);

    EFI_STATUS(EFIAPI *GetNextMonotonicCount)(uint64_t *Count);
    EFI_STATUS(EFIAPI *Stall)(size_t Microseconds);
    EFI_STATUS(EFIAPI *SetWatchdogTimer)
    (size_t Timeout, uint64_t WatchdogCode, size_t DataSize, char16_t *WatchdogData);

    EFI_STATUS(EFIAPI *ConnectController)
    (EFI_HANDLE ControllerHandle, EFI_HANDLE *DriverImageHandle,
     EFI_DEVICE_PATH_PROTOCOL *RemainingDevicePath, bool Recursive);
    EFI_STATUS(EFIAPI *DisconnectController)
    (EFI_HANDLE ControllerHandle, EFI_HANDLE DriverImageHandle, EFI_HANDLE ChildHandle);

    EFI_STATUS(EFIAPI *OpenProtocol)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface, EFI_HANDLE AgentHandle,
     EFI_HANDLE ControllerHandle, uint32_t Attributes);
    EFI_STATUS(EFIAPI *CloseProtocol)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, EFI_HANDLE AgentHandle,
     EFI_HANDLE ControllerHandle);
    EFI_STATUS(EFIAPI *OpenProtocolInformation)
    (EFI_HANDLE Handle, const EFI_GUID *Protocol, EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **EntryBuffer,
     size_t *EntryCount);

    EFI_STATUS(EFIAPI *ProtocolsPerHandle)
    (EFI_HANDLE Handle, EFI_GUID ***ProtocolBuffer, size_t *ProtocolBufferCount);
    EFI_STATUS(EFIAPI *LocateHandleBuffer)
    (EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol, void *SearchKey,
     size_t *NoHandles, EFI_HANDLE **Buffer);
    EFI_STATUS(EFIAPI *LocateProtocol)
    (const EFI_GUID *Protocol, void *Registration, void **Interface);
    EFI_STATUS(EFIAPI *InstallMultipleProtocolInterfaces)(EFI_HANDLE *Handle, ...);
    EFI_STATUS(EFIAPI *UninstallMultipleProtocolInterfaces)(EFI_HANDLE Handle, ...);

    EFI_STATUS(EFIAPI *CalculateCrc32)(void *Data, size_t DataSize, uint32_t *Crc32);

    void(EFIAPI *CopyMem)(void *Destination, void *Source, size_t Length);
    void(EFIAPI *SetMem)(void *Buffer, size_t Size, uint8_t Value);
    EFI_STATUS(EFIAPI *CreateEventEx)
    (uint32_t Type, EFI_TPL NotifyTpl, EFI_EVENT_NOTIFY NotifyFunction, const void *NotifyContext,
     const EFI_GUID *EventGroup, EFI_EVENT *Event);
} EFI_BOOT_SERVICES;

_Static_assert(sizeof(EFI_BOOT_SERVICES) == 24 + 44 * 8, "EFI_BOOT_SERVICES layout");
_Static_assert(offsetof(EFI_BOOT_SERVICES, LoadImage) == 0xc8, "EFI_BOOT_SERVICES layout");
