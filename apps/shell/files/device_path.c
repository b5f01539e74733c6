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

/* `path` and a node with this content behind it. */
static EFI_DEVICE_PATH_PROTOCOL *append(const EFI_DEVICE_PATH_PROTOCOL *path, uint8_t subtype,
                                        const void *content, size_t size)
{
    size_t prefix = device_path_prefix_size(path), node = HEADER + size;
    if (node > UINT16_MAX)
        return NULL;
    char *longer = shell_alloc(prefix + node + HEADER);
    if (longer == NULL)
        return NULL;
    memcpy(longer, path, prefix);
    device_path_set_node((void *)(longer + prefix), MEDIA_DEVICE_PATH, subtype, node);
    memcpy(longer + prefix + HEADER, content, size);
    device_path_set_end(longer + prefix + node);
    return (EFI_DEVICE_PATH_PROTOCOL *)longer;
}

EFI_DEVICE_PATH_PROTOCOL *device_path_of_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                              const char16_t *file)
{
    return append(device, MEDIA_FILEPATH_DP, file, ucs2_size(file));
}

EFI_DEVICE_PATH_PROTOCOL *device_path_of_range(const EFI_DEVICE_PATH_PROTOCOL *file, uint64_t first,
                                               uint64_t last)
{
    const struct {
        uint32_t reserved;
        uint64_t first, last;
    } __attribute__((packed)) range = {0, first, last};
    return append(file, MEDIA_RELATIVE_OFFSET_RANGE_DP, &range, sizeof range);
}

char16_t *device_path_text(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_DEVICE_PATH_TO_TEXT_PROTOCOL *to_text;
    EFI_STATUS status = shell.bs->LocateProtocol(GUID_OF(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL), NULL,
                                                 (void **)&to_text);
    return EFI_ERROR(status) ? NULL : to_text->ConvertDevicePathToText(path, true, true);
}
