/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/device_path_utilities.h"

#include "efi/device_path.h"

static size_t EFIAPI get_size(const EFI_DEVICE_PATH_PROTOCOL *DevicePath)
{
    return device_path_size(DevicePath);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI duplicate(const EFI_DEVICE_PATH_PROTOCOL *DevicePath)
{
    return device_path_duplicate(DevicePath);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI append(const EFI_DEVICE_PATH_PROTOCOL *Src1,
                                               const EFI_DEVICE_PATH_PROTOCOL *Src2)
{
    return device_path_append(Src1, Src2);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI append_node(const EFI_DEVICE_PATH_PROTOCOL *DevicePath,
                                                    const EFI_DEVICE_PATH_PROTOCOL *DeviceNode)
{
    return device_path_append_node(DevicePath, DeviceNode);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI append_instance(
    const EFI_DEVICE_PATH_PROTOCOL *DevicePath, const EFI_DEVICE_PATH_PROTOCOL *DevicePathInstance)
{
    return device_path_append_instance(DevicePath, DevicePathInstance);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI next_instance(EFI_DEVICE_PATH_PROTOCOL **DevicePathInstance,
                                                      size_t *DevicePathInstanceSize)
{
    if (DevicePathInstance == NULL || *DevicePathInstance == NULL) {
        if (DevicePathInstanceSize != NULL)
            *DevicePathInstanceSize = 0;
        return NULL;
    }
    const EFI_DEVICE_PATH_PROTOCOL *next = *DevicePathInstance;
    EFI_DEVICE_PATH_PROTOCOL *instance = device_path_next_instance(&next, DevicePathInstanceSize);
    *DevicePathInstance = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)next;
    return instance;
}

static bool EFIAPI is_multi_instance(const EFI_DEVICE_PATH_PROTOCOL *DevicePath)
{
    if (device_path_size(DevicePath) == 0)
        return false;
    const char *end = (const char *)DevicePath + device_path_prefix_size(DevicePath);
    return device_path_is_end_instance((const void *)end);
}

static EFI_DEVICE_PATH_PROTOCOL *EFIAPI create_node(uint8_t NodeType, uint8_t NodeSubType,
                                                    uint16_t NodeLength)
{
    return device_path_create_node(NodeType, NodeSubType, NodeLength);
}

EFI_DEVICE_PATH_UTILITIES_PROTOCOL device_path_utilities_protocol = {
    .GetDevicePathSize = get_size,
    .DuplicateDevicePath = duplicate,
    .AppendDevicePath = append,
    .AppendDeviceNode = append_node,
    .AppendDevicePathInstance = append_instance,
    .GetNextDevicePathInstance = next_instance,
    .IsDevicePathMultiInstance = is_multi_instance,
    .CreateDeviceNode = create_node,
};
