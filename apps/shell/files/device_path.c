/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/device_path.h"

#include "efi/protocol/device_path_to_text.h"
#include "lib/device_path.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/shell.h"

#define HEADER sizeof(EFI_DEVICE_PATH_PROTOCOL)

int device_path_compare(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b)
{
    size_t a_length = device_path_prefix_size(a), b_length = device_path_prefix_size(b);
    int order = memcmp(a, b, MIN(a_length, b_length));
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_of_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                              const char16_t *file)
{
    size_t prefix = device_path_prefix_size(device), node = HEADER + ucs2_size(file);
    if (node > UINT16_MAX)
        return NULL;
    char *path = shell_alloc(prefix + node + HEADER);
    if (path == NULL)
        return NULL;
    memcpy(path, device, prefix);
    device_path_set_node((void *)(path + prefix), MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, node);
    memcpy(path + prefix + HEADER, file, node - HEADER);
    device_path_set_end(path + prefix + node);
    return (EFI_DEVICE_PATH_PROTOCOL *)path;
}

char16_t *device_path_text(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to_text;
    EFI_STATUS status = shell.bs->LocateProtocol(GUID_OF(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL), NULL,
                                                 (void **)&to_text);
    return EFI_ERROR(status) ? NULL : to_text->ConvertDevicePathToText(path, true, true);
}
