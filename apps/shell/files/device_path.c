/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/device_path.h"

#include "efi/protocol/device_path_to_text.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/memory.h"
#include "shell/shell.h"

#define HEADER sizeof(EFI_DEVICE_PATH_PROTOCOL)

size_t device_path_node_length(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    size_t length = node->Length[0] | (size_t)node->Length[1] << 8;
    return MAX(length, HEADER);
}

bool device_path_ends(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return (node->Type & 0x7f) == END_DEVICE_PATH_TYPE;
}

static const EFI_DEVICE_PATH_PROTOCOL *next(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return (const EFI_DEVICE_PATH_PROTOCOL *)((const char *)node + device_path_node_length(node));
}

size_t device_path_length(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    const EFI_DEVICE_PATH_PROTOCOL *node = path;
    while (!device_path_ends(node))
        node = next(node);
    return (size_t)((const char *)node - (const char *)path);
}

bool device_path_fits(const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size >= HEADER) {
        const EFI_DEVICE_PATH_PROTOCOL *node = (const void *)at;
        size_t length = node->Length[0] | (size_t)node->Length[1] << 8;
        if (length < HEADER || length > size)
            return false;
        if (device_path_ends(node) && node->SubType == END_ENTIRE_DEVICE_PATH_SUBTYPE)
            return true;
        at += length;
        size -= length;
    }
    return false;
}

int device_path_compare(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b)
{
    size_t a_length = device_path_length(a), b_length = device_path_length(b);
    int order = memcmp(a, b, MIN(a_length, b_length));
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

bool device_path_starts_with(const EFI_DEVICE_PATH_PROTOCOL *path,
                             const EFI_DEVICE_PATH_PROTOCOL *prefix)
{
    size_t length = device_path_length(prefix);
    return length <= device_path_length(path) && memcmp(path, prefix, length) == 0;
}

static void set_node(EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype, size_t length)
{
    *node = (EFI_DEVICE_PATH_PROTOCOL){type, subtype, {(uint8_t)length, (uint8_t)(length >> 8)}};
}

EFI_DEVICE_PATH_PROTOCOL *device_path_of_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                              const char16_t *file)
{
    size_t prefix = device_path_length(device), node = HEADER + ucs2_size(file);
    if (node > UINT16_MAX)
        return NULL;
    char *path = shell_alloc(prefix + node + HEADER);
    if (path == NULL)
        return NULL;
    memcpy(path, device, prefix);
    set_node((void *)(path + prefix), MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, node);
    memcpy(path + prefix + HEADER, file, node - HEADER);
    set_node((void *)(path + prefix + node), END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
             HEADER);
    return (EFI_DEVICE_PATH_PROTOCOL *)path;
}

char16_t *device_path_text(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to_text;
    EFI_STATUS status = shell.bs->LocateProtocol(GUID_OF(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL), NULL,
                                                 (void **)&to_text);
    return EFI_ERROR(status) ? NULL : to_text->ConvertDevicePathToText(path, true, true);
}
