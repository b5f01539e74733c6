/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_PCI_IO_PROTOCOL (UEFI 2.10 §14.4). */

#include "efi/memory.h"
#include "efi/status.h"
#include "efi/types.h"

#define EFI_PCI_IO_PROTOCOL_GUID                                                                   \
    {                                                                                              \
        0x4cf5b200, 0x68b8, 0x4ca5,                                                                \
        {                                                                                          \
            0x9e, 0xec, 0xb2, 0x3e, 0x3f, 0x50, 0x02, 0x9a                                         \
        }                                                                                          \
    }

typedef enum {
    EfiPciIoWidthUint8,
    EfiPciIoWidthUint16,
    EfiPciIoWidthUint32,
    EfiPciIoWidthUint64,
    EfiPciIoWidthFifoUint8,
    EfiPciIoWidthFifoUint16,
    EfiPciIoWidthFifoUint32,
    EfiPciIoWidthFifoUint64,
    EfiPciIoWidthFillUint8,
    EfiPciIoWidthFillUint16,
    EfiPciIoWidthFillUint32,
    EfiPciIoWidthFillUint64,
    EfiPciIoWidthMaximum,
} EFI_PCI_IO_PROTOCOL_WIDTH;

/* A BarIndex: the address is none of a BAR's. */
#define EFI_PCI_IO_PASS_THROUGH_BAR 0xff

typedef enum {
    EfiPciIoOperationBusMasterRead,
    EfiPciIoOperationBusMasterWrite,
    EfiPciIoOperationBusMasterCommonBuffer,
    EfiPciIoOperationMaximum,
} EFI_PCI_IO_PROTOCOL_OPERATION;

typedef enum {
    EfiPciIoAttributeOperationGet,
    EfiPciIoAttributeOperationSet,
    EfiPciIoAttributeOperationEnable,
    EfiPciIoAttributeOperationDisable,
    EfiPciIoAttributeOperationSupported,
    EfiPciIoAttributeOperationMaximum,
} EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION;

#define EFI_PCI_IO_ATTRIBUTE_MEMORY_WRITE_COMBINE 0x0080u
#define EFI_PCI_IO_ATTRIBUTE_IO                   0x0100u
#define EFI_PCI_IO_ATTRIBUTE_MEMORY               0x0200u
#define EFI_PCI_IO_ATTRIBUTE_BUS_MASTER           0x0400u
#define EFI_PCI_IO_ATTRIBUTE_MEMORY_CACHED        0x0800u
#define EFI_PCI_IO_ATTRIBUTE_EMBEDDED_ROM         0x4000u
#define EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE   0x8000u

#define EFI_PCI_DEVICE_ENABLE                                                                      \
    (EFI_PCI_IO_ATTRIBUTE_IO | EFI_PCI_IO_ATTRIBUTE_MEMORY | EFI_PCI_IO_ATTRIBUTE_BUS_MASTER)

typedef struct EFI_PCI_IO_PROTOCOL EFI_PCI_IO_PROTOCOL;

typedef EFI_STATUS(EFIAPI *EFI_PCI_IO_PROTOCOL_POLL_IO_MEM)(EFI_PCI_IO_PROTOCOL *This,
                                                            EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                                            uint8_t BarIndex, uint64_t Offset,
                                                            uint64_t Mask, uint64_t Value,
                                                            uint64_t Delay, uint64_t *Result);

typedef EFI_STATUS(EFIAPI *EFI_PCI_IO_PROTOCOL_IO_MEM)(EFI_PCI_IO_PROTOCOL *This,
                                                       EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                                       uint8_t BarIndex, uint64_t Offset,
                                                       size_t Count, void *Buffer);

typedef struct {
    EFI_PCI_IO_PROTOCOL_IO_MEM Read;
    EFI_PCI_IO_PROTOCOL_IO_MEM Write;
} EFI_PCI_IO_PROTOCOL_ACCESS;

typedef EFI_STATUS(EFIAPI *EFI_PCI_IO_PROTOCOL_CONFIG)(EFI_PCI_IO_PROTOCOL *This,
                                                       EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                                       uint32_t Offset, size_t Count, void *Buffer);

typedef struct {
    EFI_PCI_IO_PROTOCOL_CONFIG Read;
    EFI_PCI_IO_PROTOCOL_CONFIG Write;
} EFI_PCI_IO_PROTOCOL_CONFIG_ACCESS;

struct EFI_PCI_IO_PROTOCOL {
    EFI_PCI_IO_PROTOCOL_POLL_IO_MEM PollMem;
    EFI_PCI_IO_PROTOCOL_POLL_IO_MEM PollIo;
    EFI_PCI_IO_PROTOCOL_ACCESS Mem;
    EFI_PCI_IO_PROTOCOL_ACCESS Io;
    EFI_PCI_IO_PROTOCOL_CONFIG_ACCESS Pci;
    EFI_STATUS(EFIAPI *CopyMem)
    (EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width, uint8_t DestBarIndex,
     uint64_t DestOffset, uint8_t SrcBarIndex, uint64_t SrcOffset, size_t Count);
    EFI_STATUS(EFIAPI *Map)
    (EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_OPERATION Operation, void *HostAddress,
     size_t *NumberOfBytes, EFI_PHYSICAL_ADDRESS *DeviceAddress, void **Mapping);
    EFI_STATUS(EFIAPI *Unmap)(EFI_PCI_IO_PROTOCOL *This, void *Mapping);
    EFI_STATUS(EFIAPI *AllocateBuffer)
    (EFI_PCI_IO_PROTOCOL *This, EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType, size_t Pages,
     void **HostAddress, uint64_t Attributes);
    EFI_STATUS(EFIAPI *FreeBuffer)(EFI_PCI_IO_PROTOCOL *This, size_t Pages, void *HostAddress);
    EFI_STATUS(EFIAPI *Flush)(EFI_PCI_IO_PROTOCOL *This);
    EFI_STATUS(EFIAPI *GetLocation)
    (EFI_PCI_IO_PROTOCOL *This, size_t *SegmentNumber, size_t *BusNumber, size_t *DeviceNumber,
     size_t *FunctionNumber);
    EFI_STATUS(EFIAPI *Attributes)
    (EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION Operation,
     uint64_t Attributes, uint64_t *Result);
    EFI_STATUS(EFIAPI *GetBarAttributes)
    (EFI_PCI_IO_PROTOCOL *This, uint8_t BarIndex, uint64_t *Supports, void **Resources);
    EFI_STATUS(EFIAPI *SetBarAttributes)
    (EFI_PCI_IO_PROTOCOL *This, uint64_t Attributes, uint8_t BarIndex, uint64_t *Offset,
     uint64_t *Length);
    uint64_t RomSize;
    void *RomImage;
};

_Static_assert(sizeof(EFI_PCI_IO_PROTOCOL) == 20 * 8, "EFI_PCI_IO_PROTOCOL layout");
