/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_SERIAL_IO_PROTOCOL (UEFI 2.10 §12.8). */

#include "efi/status.h"
#include "efi/types.h"

#define EFI_SERIAL_IO_PROTOCOL_GUID                                                                \
    {                                                                                              \
        0xbb25cf6f, 0xf1d4, 0x11d2,                                                                \
        {                                                                                          \
            0x9a, 0x0c, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0xfd                                         \
        }                                                                                          \
    }

#define EFI_SERIAL_IO_PROTOCOL_REVISION    0x00010000u
#define EFI_SERIAL_IO_PROTOCOL_REVISION1P1 0x00010001u

typedef enum {
    DefaultParity,
    NoParity,
    EvenParity,
    OddParity,
    MarkParity,
    SpaceParity,
} EFI_PARITY_TYPE;

typedef enum {
    DefaultStopBits,
    OneStopBit,
    OneFiveStopBits,
    TwoStopBits,
} EFI_STOP_BITS_TYPE;

#define EFI_SERIAL_DATA_TERMINAL_READY          0x00000001u
#define EFI_SERIAL_REQUEST_TO_SEND              0x00000002u
#define EFI_SERIAL_CLEAR_TO_SEND                0x00000010u
#define EFI_SERIAL_DATA_SET_READY               0x00000020u
#define EFI_SERIAL_RING_INDICATE                0x00000040u
#define EFI_SERIAL_CARRIER_DETECT               0x00000080u
#define EFI_SERIAL_INPUT_BUFFER_EMPTY           0x00000100u
#define EFI_SERIAL_OUTPUT_BUFFER_EMPTY          0x00000200u
#define EFI_SERIAL_HARDWARE_LOOPBACK_ENABLE     0x00001000u
#define EFI_SERIAL_SOFTWARE_LOOPBACK_ENABLE     0x00002000u
#define EFI_SERIAL_HARDWARE_FLOW_CONTROL_ENABLE 0x00004000u

typedef struct {
    uint32_t ControlMask;
    uint32_t Timeout; /* microseconds */
    uint64_t BaudRate;
    uint32_t ReceiveFifoDepth;
    uint32_t DataBits;
    uint32_t Parity;
    uint32_t StopBits;
} EFI_SERIAL_IO_MODE;

typedef struct EFI_SERIAL_IO_PROTOCOL EFI_SERIAL_IO_PROTOCOL;

struct EFI_SERIAL_IO_PROTOCOL {
    uint32_t Revision;
    EFI_STATUS(EFIAPI *Reset)(EFI_SERIAL_IO_PROTOCOL *This);
    EFI_STATUS(EFIAPI *SetAttributes)
    (EFI_SERIAL_IO_PROTOCOL *This, uint64_t BaudRate, uint32_t ReceiveFifoDepth, uint32_t Timeout,
     EFI_PARITY_TYPE Parity, uint8_t DataBits, EFI_STOP_BITS_TYPE StopBits);
    EFI_STATUS(EFIAPI *SetControl)(EFI_SERIAL_IO_PROTOCOL *This, uint32_t Control);
    EFI_STATUS(EFIAPI *GetControl)(EFI_SERIAL_IO_PROTOCOL *This, uint32_t *Control);
    EFI_STATUS(EFIAPI *Write)(EFI_SERIAL_IO_PROTOCOL *This, size_t *BufferSize, void *Buffer);
    EFI_STATUS(EFIAPI *Read)(EFI_SERIAL_IO_PROTOCOL *This, size_t *BufferSize, void *Buffer);
    EFI_SERIAL_IO_MODE *Mode;
    const EFI_GUID *DeviceTypeGuid; /* revision 1.1 */
};

_Static_assert(sizeof(EFI_SERIAL_IO_MODE) == 32, "EFI_SERIAL_IO_MODE layout");
