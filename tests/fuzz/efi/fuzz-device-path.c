/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input as a device path, to text and back; and as text, to a device path. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "efi/device_path.h"
#include "efi/protocols/device_path_utilities.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void convert_path(const uint8_t *data, size_t size)
{
    size_t path_size = device_path_size_bounded(data, size);
    if (path_size == 0)
        return;
    EFI_DEVICE_PATH_PROTOCOL *path = malloc(path_size);
    memcpy(path, data, path_size);
    for (int flags = 0; flags < 4; flags++) {
        char16_t *text = device_path_to_text(path, (flags & 1) != 0, (flags & 2) != 0);
        if (text != NULL)
            free(device_path_from_text(text));
        free(text);
    }
    EFI_DEVICE_PATH_PROTOCOL *rest = path;
    while (rest != NULL)
        free(device_path_utilities_protocol.GetNextDevicePathInstance(&rest, NULL));
    free(device_path_append(path, path));
    free(path);
}

/* A path made from text must be one that can be shown. */
static void convert_text(const uint8_t *data, size_t size)
{
    char16_t *text = calloc(size + 1, sizeof *text);
    for (size_t i = 0; i < size; i++)
        text[i] = data[i];
    EFI_DEVICE_PATH_PROTOCOL *path = device_path_from_text(text);
    if (path != NULL) {
        if (device_path_size(path) == 0)
            abort();
        free(device_path_to_text(path, false, true));
    }
    free(path);
    free(device_path_node_from_text(text));
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    convert_path(data, size);
    convert_text(data, size);
    return 0;
}
