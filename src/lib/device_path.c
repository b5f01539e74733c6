/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/device_path.h"

#include "lib/memory.h"

#define HEADER_SIZE sizeof(EFI_DEVICE_PATH_PROTOCOL)

size_t device_path_node_length(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return node->Length[0] | (size_t)node->Length[1] << 8;
}

size_t device_path_node_size(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    size_t size = device_path_node_length(node);
    return size < HEADER_SIZE ? HEADER_SIZE : size;
}

const EFI_DEVICE_PATH_PROTOCOL *device_path_next(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return (const void *)((const char *)node + device_path_node_size(node));
}

bool device_path_node_is(const EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype)
{
    return node->Type == type && node->SubType == subtype;
}

bool device_path_is_end(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return device_path_node_is(node, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE);
}

bool device_path_is_end_instance(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return device_path_node_is(node, END_DEVICE_PATH_TYPE, END_INSTANCE_DEVICE_PATH_SUBTYPE);
}

static bool is_any_end(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return device_path_is_end(node) || device_path_is_end_instance(node);
}

size_t device_path_size_bounded(const void *data, size_t available)
{
    for (size_t offset = 0; available - offset >= HEADER_SIZE;) {
        const EFI_DEVICE_PATH_PROTOCOL *node = (const void *)((const char *)data + offset);
        size_t size = device_path_node_length(node);
        if (size < HEADER_SIZE || size > available - offset)
            return 0;
        offset += size;
        if (device_path_is_end(node))
            return offset;
    }
    return 0;
}

size_t device_path_size(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    return path == NULL ? 0 : device_path_size_bounded(path, DEVICE_PATH_LIMIT);
}

size_t device_path_prefix_size(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    size_t size = 0;
    while (!is_any_end((const void *)((const char *)path + size)) && size < DEVICE_PATH_LIMIT)
        size += device_path_node_size((const void *)((const char *)path + size));
    return size;
}

bool device_path_equal(const EFI_DEVICE_PATH_PROTOCOL *a, const EFI_DEVICE_PATH_PROTOCOL *b)
{
    size_t size = device_path_size(a);
    return size > 0 && size == device_path_size(b) && memcmp(a, b, size) == 0;
}

/* Equal bytes have equal node lengths, so that the prefix ends where a node of the path does. */
bool device_path_begins_with(const EFI_DEVICE_PATH_PROTOCOL *path,
                             const EFI_DEVICE_PATH_PROTOCOL *prefix)
{
    size_t size = device_path_prefix_size(prefix);
    return device_path_prefix_size(path) >= size && memcmp(path, prefix, size) == 0;
}

void device_path_set_node(EFI_DEVICE_PATH_PROTOCOL *node, uint8_t type, uint8_t subtype,
                          size_t length)
{
    *node = (EFI_DEVICE_PATH_PROTOCOL){type, subtype, {(uint8_t)length, (uint8_t)(length >> 8)}};
}

void device_path_set_end(void *node)
{
    device_path_set_node(node, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, HEADER_SIZE);
}
