/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL (UEFI 2.10 §14.2). */

#include "efi/memory.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID                                                       \
    {                                                                                              \
        0x2f707ebb, 0x4a1a, 0x11d4,                                                                \
        {                                                                                          \
            0x9a, 0x38, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

/* Also EFI_PCI_IO_PROTOCOL_WIDTH, whose names differ and whose numbers do not. */
typedef enum {
    EfiPciWidthUint8,
    EfiPciWidthUint16,
    EfiPciWidthUint32,
    EfiPciWidthUint64,
    EfiPciWidthFifoUint8,
    EfiPciWidthFifoUint16,
    EfiPciWidthFifoUint32,
    EfiPciWidthFifoUint64,
    EfiPciWidthFillUint8,
    EfiPciWidthFillUint16,
    EfiPciWidthFillUint32,
    EfiPciWidthFillUint64,
    EfiPciWidthMaximum,
} EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH;

typedef enum {
    EfiPciOperationBusMasterRead,
    EfiPciOperationBusMasterWrite,
    EfiPciOperationBusMasterCommonBuffer,
    EfiPciOperationBusMasterRead64,
    EfiPciOperationBusMasterWrite64,
    EfiPciOperationBusMasterCommonBuffer64,
    EfiPciOperationMaximum,
} EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION;

#define EFI_PCI_ATTRIBUTE_MEMORY_WRITE_COMBINE 0x0080u
#define EFI_PCI_ATTRIBUTE_MEMORY_CACHED        0x0800u
#define EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE   0x8000u

/* An address of configuration space: register, function, device and bus from the lowest byte up; a
 * register beyond 255 stands in the high half. */
#define EFI_PCI_ADDRESS(bus, device, function, offset)                                             \
    ((uint64_t)(bus) << 24 | (uint64_t)(device) << 16 | (uint64_t)(function) << 8 |                \
     ((offset) < 256 ? (uint64_t)(offset) : (uint64_t)(offset) << 32))

typedef struct EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL;

typedef EFI_STATUS(EFIAPI *EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM)(
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width,
    uint64_t Address, size_t Count, void *Buffer);

typedef EFI_STATUS(EFIAPI *EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_POLL_IO_MEM)(
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width,
    uint64_t Address, uint64_t Mask, uint64_t Value, uint64_t Delay, uint64_t *Result);

typedef struct {
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM Read;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_IO_MEM Write;
} EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ACCESS;

struct EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL {
    EFI_HANDLE ParentHandle;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_POLL_IO_MEM PollMem;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_POLL_IO_MEM PollIo;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ACCESS Mem;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ACCESS Io;
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_ACCESS Pci;
    EFI_STATUS(EFIAPI *CopyMem)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width,
     uint64_t DestAddress, uint64_t SrcAddress, size_t Count);
    EFI_STATUS(EFIAPI *Map)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION Operation,
     void *HostAddress, size_t *NumberOfBytes, EFI_PHYSICAL_ADDRESS *DeviceAddress, void **Mapping);
    EFI_STATUS(EFIAPI *Unmap)(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, void *Mapping);
    EFI_STATUS(EFIAPI *AllocateBuffer)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType,
     size_t Pages, void **HostAddress, uint64_t Attributes);
    EFI_STATUS(EFIAPI *FreeBuffer)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, size_t Pages, void *HostAddress);
    EFI_STATUS(EFIAPI *Flush)(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This);
    EFI_STATUS(EFIAPI *GetAttributes)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, uint64_t *Supports, uint64_t *Attributes);
    EFI_STATUS(EFIAPI *SetAttributes)
    (EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, uint64_t Attributes, uint64_t *ResourceBase,
     uint64_t *ResourceLength);
    EFI_STATUS(EFIAPI *Configuration)(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, void **Resources);
    uint32_t SegmentNumber;
};

_Static_assert(sizeof(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL) == 19 * 8,
               "EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL layout");
