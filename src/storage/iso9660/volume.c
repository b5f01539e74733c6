/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "lib/assert.h"
#include "lib/memory.h"
#include "lib/table.h"
#include "storage/iso9660/iso9660.h"
#include "storage/iso9660/private.h"

#define DESCRIPTORS_MAX 64u

static EFI_STATUS read_file(struct file *file, uint64_t position, void *buffer, size_t size,
                            size_t *ret_size)
{
    const struct iso_node *node = iso_node_of(file);
    if ((node->info.attributes & FILE_DIRECTORY) != 0)
        return EFI_UNSUPPORTED;
    if (position > node->info.size)
        return EFI_DEVICE_ERROR;
    size = (size_t)MIN(size, node->info.size - position);
    EFI_STATUS status = EFI_SUCCESS;
    if (size > 0)
        status = block_read_bytes(node->volume->device, node->offset + position, buffer, size);
    if (!EFI_ERROR(status))
        *ret_size = size;
    return status;
}

static EFI_STATUS delete_file(struct file *file)
{
    iso_close(file);
    return EFI_WARN_DELETE_FAILURE;
}

static EFI_STATUS write_file(struct file *file, uint64_t position, const void *buffer, size_t size)
{
    bool directory = (iso_node_of(file)->info.attributes & FILE_DIRECTORY) != 0;
    return directory ? EFI_UNSUPPORTED : EFI_WRITE_PROTECTED;
}

static EFI_STATUS get_file_info(struct file *file, struct file_info *ret)
{
    *ret = iso_node_of(file)->info;
    return EFI_SUCCESS;
}

static EFI_STATUS set_file_info(struct file *file, const struct file_info *info)
{
    return EFI_WRITE_PROTECTED;
}

/* Every file is open for reading only. */
static EFI_STATUS flush_file(struct file *file)
{
    return EFI_ACCESS_DENIED;
}

static EFI_STATUS open_root(struct file_system *file_system, struct file **ret)
{
    struct iso_node *root = iso_volume_of(file_system)->root;
    root->references++;
    return iso_file_new(root, ret);
}

static EFI_STATUS get_volume_info(struct file_system *file_system, struct file_system_info *ret)
{
    const struct iso_volume *volume = iso_volume_of(file_system);
    *ret = (struct file_system_info){
        .read_only = true, .size = volume->size, .block_size = volume->block_size};
    memcpy(ret->label, volume->label, sizeof ret->label);
    return EFI_SUCCESS;
}

static EFI_STATUS set_label(struct file_system *file_system, const char16_t *label)
{
    return EFI_WRITE_PROTECTED;
}

static void unmount(struct file_system *file_system)
{
    struct iso_volume *volume = iso_volume_of(file_system);
    ASSERT(volume->root->references == 1);
    iso_node_put(volume->root);
    pool_free(volume);
}

static const struct file_system_operations operations = {
    .open_root = open_root,
    .get_info = get_volume_info,
    .set_label = set_label,
    .unmount = unmount,
};

static const struct file_operations file_operations = {
    .open = iso_open,
    .close = iso_close,
    .delete_file = delete_file,
    .read = read_file,
    .write = write_file,
    .read_directory = iso_read_directory,
    .get_info = get_file_info,
    .set_info = set_file_info,
    .flush = flush_file,
};

static bool is_joliet(const struct iso9660_descriptor *descriptor)
{
    return descriptor->escapes[0] == '%' && descriptor->escapes[1] == '/' &&
           (descriptor->escapes[2] == '@' || descriptor->escapes[2] == 'C' ||
            descriptor->escapes[2] == 'E');
}

/* Without the spaces behind it. */
static void set_volume_label(struct iso_volume *volume, const uint8_t label[32])
{
    size_t length = volume->joliet ? 16 : 32;
    for (size_t i = 0; i < length; i++)
        volume->label[i] =
            volume->joliet ? (char16_t)(label[2 * i] << 8 | label[2 * i + 1]) : label[i];
    while (length > 0 && (volume->label[length - 1] == ' ' || volume->label[length - 1] == 0))
        length--;
    volume->label[length] = 0;
}

/* Makes the volume that a descriptor says. */
static EFI_STATUS use(struct iso_volume *volume, const struct iso9660_descriptor *descriptor)
{
    uint64_t device_size = volume->device->block_count * volume->device->block_size;
    struct iso_entry entry;
    volume->block_size = descriptor->block_size;
    if (volume->block_size != 512 && volume->block_size != 1024 && volume->block_size != 2048)
        return iso_corrupted(volume, "bad block size");
    volume->size = MIN((uint64_t)descriptor->block_count * volume->block_size, device_size);
    volume->joliet = descriptor->type == ISO9660_TYPE_SUPPLEMENTARY;
    if (!iso_record_decode(volume, &descriptor->root, &entry) ||
        (entry.info.attributes & FILE_DIRECTORY) == 0)
        return iso_corrupted(volume, "bad root directory");
    set_volume_label(volume, descriptor->label);
    volume->root->volume = volume;
    volume->root->references = 1;
    volume->root->offset = entry.offset;
    volume->root->data_size = entry.size;
    volume->root->info = entry.info;
    return EFI_SUCCESS;
}

/* Looks for the primary descriptor and one of Joliet's, which is the better one. */
static EFI_STATUS find_descriptor(struct iso_volume *volume, struct iso9660_descriptor *ret)
{
    bool found = false;
    for (uint32_t i = 0; i < DESCRIPTORS_MAX; i++) {
        struct iso9660_descriptor descriptor;
        uint64_t offset = (uint64_t)(ISO9660_FIRST_DESCRIPTOR + i) * ISO9660_SECTOR_SIZE;
        EFI_STATUS status =
            block_read_bytes(volume->device, offset, &descriptor, sizeof descriptor);
        if (status == EFI_INVALID_PARAMETER)
            break; /* the disk ends */
        if (EFI_ERROR(status))
            return status;
        if (memcmp(descriptor.identifier, ISO9660_IDENTIFIER, ISO9660_IDENTIFIER_SIZE) != 0 ||
            descriptor.type == ISO9660_TYPE_TERMINATOR)
            break;
        bool joliet = descriptor.type == ISO9660_TYPE_SUPPLEMENTARY && is_joliet(&descriptor);
        if (joliet || (descriptor.type == ISO9660_TYPE_PRIMARY && !found)) {
            *ret = descriptor;
            found = true;
        }
        if (joliet)
            break;
    }
    return found ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

EFI_STATUS iso9660_mount(struct block_device *device, struct file_system **ret)
{
    struct iso9660_descriptor descriptor;
    struct iso_volume *volume = pool_alloc_zeroed(sizeof *volume);
    struct iso_node *root = pool_alloc_zeroed(sizeof *root);
    EFI_STATUS status = EFI_OUT_OF_RESOURCES;
    if (volume == NULL || root == NULL)
        goto fail;
    volume->device = device;
    volume->file_system.operations = &operations;
    volume->file_system.file_operations = &file_operations;
    volume->root = root;
    volume->cached = UINT64_MAX;
    status = find_descriptor(volume, &descriptor);
    if (!EFI_ERROR(status))
        status = use(volume, &descriptor);
    if (EFI_ERROR(status))
        goto fail;
    *ret = &volume->file_system;
    return EFI_SUCCESS;

fail:
    pool_free(root);
    pool_free(volume);
    return status;
}

TABLE_ENTRY(struct file_system_type, file_system_types, iso9660) = {"ISO 9660", iso9660_mount};
