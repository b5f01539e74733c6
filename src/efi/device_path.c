/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/device_path.h"

#include "core/pool.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

#define HEADER_SIZE sizeof(EFI_DEVICE_PATH_PROTOCOL)

/* `first_size` bytes, then `second_size` bytes, then an end node. */
static EFI_DEVICE_PATH_PROTOCOL *join(const void *first, size_t first_size, const void *second,
                                      size_t second_size)
{
    char *path = pool_alloc(first_size + second_size + HEADER_SIZE);
    if (path == NULL)
        return NULL;
    if (first_size > 0)
        memcpy(path, first, first_size);
    if (second_size > 0)
        memcpy(path + first_size, second, second_size);
    device_path_set_end(path + first_size + second_size);
    return (void *)path;
}

/* Size of all nodes before the one that ends the whole path; SIZE_MAX when it has no end. */
static size_t body_size(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    if (path == NULL)
        return 0;
    if (device_path_size(path) == 0)
        return SIZE_MAX;
    const EFI_DEVICE_PATH_PROTOCOL *node = path;
    while (!device_path_is_end(node))
        node = device_path_next(node);
    return (size_t)((const char *)node - (const char *)path);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_duplicate(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    return path == NULL ? NULL : device_path_append(path, NULL);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_append(const EFI_DEVICE_PATH_PROTOCOL *first,
                                             const EFI_DEVICE_PATH_PROTOCOL *second)
{
    size_t first_size = body_size(first), second_size = body_size(second);
    if (first_size == SIZE_MAX || second_size == SIZE_MAX)
        return NULL;
    return join(first, first_size, second, second_size);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_append_node(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                  const EFI_DEVICE_PATH_PROTOCOL *node)
{
    size_t size = body_size(path), node_size = node == NULL ? 0 : device_path_node_length(node);
    if (size == SIZE_MAX || (node != NULL && node_size < HEADER_SIZE))
        return NULL;
    return join(path, size, node, node_size);
}

EFI_DEVICE_PATH_PROTOCOL *device_path_append_instance(const EFI_DEVICE_PATH_PROTOCOL *path,
                                                      const EFI_DEVICE_PATH_PROTOCOL *instance)
{
    if (path == NULL || instance == NULL)
        return device_path_duplicate(instance);
    size_t size = body_size(path), instance_size = body_size(instance);
    if (size == SIZE_MAX || instance_size == SIZE_MAX)
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *result = join(path, size + HEADER_SIZE, instance, instance_size);
    if (result != NULL)
        device_path_set_node((void *)((char *)result + size), END_DEVICE_PATH_TYPE,
                             END_INSTANCE_DEVICE_PATH_SUBTYPE, HEADER_SIZE);
    return result;
}

EFI_DEVICE_PATH_PROTOCOL *device_path_next_instance(const EFI_DEVICE_PATH_PROTOCOL **path,
                                                    size_t *ret_size)
{
    if (device_path_size(*path) == 0)
        return NULL;
    size_t size = device_path_prefix_size(*path);
    EFI_DEVICE_PATH_PROTOCOL *instance = join(*path, size, NULL, 0);
    if (instance == NULL)
        return NULL;
    const EFI_DEVICE_PATH_PROTOCOL *end = (const void *)((const char *)*path + size);
    *path = device_path_is_end(end) ? NULL : device_path_next(end);
    if (ret_size != NULL)
        *ret_size = size + HEADER_SIZE;
    return instance;
}

EFI_DEVICE_PATH_PROTOCOL *device_path_create_node(uint8_t type, uint8_t subtype, uint16_t length)
{
    if (length < HEADER_SIZE)
        return NULL;
    EFI_DEVICE_PATH_PROTOCOL *node = pool_alloc_zeroed(length);
    if (node != NULL)
        device_path_set_node(node, type, subtype, length);
    return node;
}

EFI_DEVICE_PATH_PROTOCOL *device_path_append_file(const EFI_DEVICE_PATH_PROTOCOL *device,
                                                  const char16_t *file)
{
    size_t name_size = ucs2_size(file);
    if (name_size > UINT16_MAX - HEADER_SIZE)
        return NULL;
    CLEANUP_POOL EFI_DEVICE_PATH_PROTOCOL *node = device_path_create_node(
        MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, (uint16_t)(HEADER_SIZE + name_size));
    if (node == NULL)
        return NULL;
    memcpy(node + 1, file, name_size);
    return device_path_append_node(device, node);
}

void device_path_print(char *buffer, size_t size, const EFI_DEVICE_PATH_PROTOCOL *path)
{
    CLEANUP_POOL char16_t *text = device_path_to_text(path, true, true);
    utf8_from_ucs2(buffer, size, text != NULL ? text : u"?");
}
