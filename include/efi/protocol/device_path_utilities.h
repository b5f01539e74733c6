/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* EFI_DEVICE_PATH_UTILITIES_PROTOCOL (UEFI 2.10 §10.5). */

#include "efi/protocol/device_path.h"
#include "efi/types.h"

#define EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID                                                    \
    {                                                                                              \
        0x0379be4e, 0xd706, 0x437d,                                                                \
        {                                                                                          \
            0xb0, 0x37, 0xed, 0xb8, 0x2f, 0xb7, 0x72, 0xa4                                         \
        }                                                                                          \
    }

typedef struct {
    size_t(EFIAPI *GetDevicePathSize)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *DuplicateDevicePath)(
        const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *AppendDevicePath)(const EFI_DEVICE_PATH_PROTOCOL *Src1,
                                                         const EFI_DEVICE_PATH_PROTOCOL *Src2);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *AppendDeviceNode)(
        const EFI_DEVICE_PATH_PROTOCOL *DevicePath, const EFI_DEVICE_PATH_PROTOCOL *DeviceNode);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *AppendDevicePathInstance)(
        const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
        const EFI_DEVICE_PATH_PROTOCOL *DevicePathInstance);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *GetNextDevicePathInstance)(
        EFI_DEVICE_PATH_PROTOCOL **DevicePathInstance, size_t *DevicePathInstanceSize);
    bool(EFIAPI *IsDevicePathMultiInstance)(const EFI_DEVICE_PATH_PROTOCOL *DevicePath);
    EFI_DEVICE_PATH_PROTOCOL *(EFIAPI *CreateDeviceNode)(uint8_t NodeType, uint8_t NodeSubType,
                                                         uint16_t NodeLength);
} EFI_DEVICE_PATH_UTILITIES_PROTOCOL;
