/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_FILE_INFO, EFI_FILE_SYSTEM_INFO and EFI_FILE_SYSTEM_VOLUME_LABEL (UEFI 2.10 §13.5.16 to
 * §13.5.18). */
#include "core/pool.h"
#include "efi/guid.h"
#include "efi/protocols/file_protocol.h"
#include "lib/memory.h"
#include "lib/ucs2.h"

/* Room for `needed` bytes? Tells the caller what it takes. */
static bool fits(size_t *size, size_t needed)
{
    bool room = *size >= needed;
    *size = needed;
    return room;
}

EFI_STATUS file_information_write(const struct file_info *info, size_t *size, void *buffer)
{
    size_t name_size = ucs2_size(info->name);
    if (!fits(size, offsetof(EFI_FILE_INFO, FileName) + name_size))
        return EFI_BUFFER_TOO_SMALL;
    EFI_FILE_INFO *out = buffer;
    out->Size = *size;
    out->FileSize = info->size;
    out->PhysicalSize = info->allocated_size;
    out->CreateTime = info->created;
    out->LastAccessTime = info->accessed;
    out->ModificationTime = info->modified;
    out->Attribute = info->attributes;
    memcpy(out->FileName, info->name, name_size);
    return EFI_SUCCESS;
}

static EFI_STATUS get_file_info(struct file *file, size_t *size, void *buffer)
{
    CLEANUP_POOL struct file_info *info = pool_alloc(sizeof *info);
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = file->file_system->file_operations->get_info(file, info);
    return EFI_ERROR(status) ? status : file_information_write(info, size, buffer);
}

static EFI_STATUS get_volume(struct file *file, struct file_system_info *ret)
{
    return file->file_system->operations->get_info(file->file_system, ret);
}

static EFI_STATUS get_file_system_info(struct file *file, size_t *size, void *buffer)
{
    struct file_system_info info;
    EFI_STATUS status = get_volume(file, &info);
    if (EFI_ERROR(status))
        return status;
    size_t label_size = ucs2_size(info.label);
    if (!fits(size, offsetof(EFI_FILE_SYSTEM_INFO, VolumeLabel) + label_size))
        return EFI_BUFFER_TOO_SMALL;
    EFI_FILE_SYSTEM_INFO *out = buffer;
    out->Size = *size;
    out->ReadOnly = info.read_only;
    out->VolumeSize = info.size;
    out->FreeSpace = info.free_space;
    out->BlockSize = info.block_size;
    memcpy(out->VolumeLabel, info.label, label_size);
    return EFI_SUCCESS;
}

static EFI_STATUS get_label(struct file *file, size_t *size, void *buffer)
{
    struct file_system_info info;
    EFI_STATUS status = get_volume(file, &info);
    if (EFI_ERROR(status))
        return status;
    if (!fits(size, ucs2_size(info.label)))
        return EFI_BUFFER_TOO_SMALL;
    memcpy(buffer, info.label, *size);
    return EFI_SUCCESS;
}

EFI_STATUS file_information_get(struct file *file, const EFI_GUID *type, size_t *size, void *buffer)
{
    if (guid_equal(type, GUID_OF(EFI_FILE_INFO)))
        return get_file_info(file, size, buffer);
    if (guid_equal(type, GUID_OF(EFI_FILE_SYSTEM_INFO)))
        return get_file_system_info(file, size, buffer);
    if (guid_equal(type, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL)))
        return get_label(file, size, buffer);
    return EFI_UNSUPPORTED;
}

/* A string that ends within `size` bytes, copied to `to[max + 1]`. */
static bool copy_string(const char16_t *from, size_t size, char16_t *to, size_t max)
{
    size_t length = ucs2_length(from, size / sizeof *from);
    if (length == size / sizeof *from || length > max)
        return false;
    memcpy(to, from, (length + 1) * sizeof *from);
    return true;
}

static EFI_STATUS set_file_info(struct file *file, size_t size, const void *buffer)
{
    const size_t header = offsetof(EFI_FILE_INFO, FileName);
    if (size < header)
        return EFI_BAD_BUFFER_SIZE;
    const EFI_FILE_INFO *in = buffer;
    if ((in->Attribute & ~EFI_FILE_VALID_ATTR) != 0)
        return EFI_INVALID_PARAMETER;
    CLEANUP_POOL struct file_info *info = pool_alloc_zeroed(sizeof *info);
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    info->size = in->FileSize;
    info->created = in->CreateTime;
    info->accessed = in->LastAccessTime;
    info->modified = in->ModificationTime;
    info->attributes = (uint32_t)in->Attribute;
    if (!copy_string(in->FileName, size - header, info->name, FILE_NAME_MAX))
        return EFI_BAD_BUFFER_SIZE;
    return file->file_system->file_operations->set_info(file, info);
}

static EFI_STATUS set_label(struct file *file, size_t size, const void *label)
{
    char16_t text[VOLUME_LABEL_MAX + 1];
    if (!copy_string(label, size, text, VOLUME_LABEL_MAX))
        return EFI_BAD_BUFFER_SIZE;
    return file->file_system->operations->set_label(file->file_system, text);
}

EFI_STATUS file_information_set(struct file *file, const EFI_GUID *type, size_t size,
                                const void *buffer)
{
    if (guid_equal(type, GUID_OF(EFI_FILE_INFO)))
        return set_file_info(file, size, buffer);
    if (guid_equal(type, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL)))
        return set_label(file, size, buffer);
    if (guid_equal(type, GUID_OF(EFI_FILE_SYSTEM_INFO))) {
        /* Only the label can be changed. */
        const size_t header = offsetof(EFI_FILE_SYSTEM_INFO, VolumeLabel);
        return size < header ? EFI_BAD_BUFFER_SIZE
                             : set_label(file, size - header, (const char *)buffer + header);
    }
    return EFI_UNSUPPORTED;
}
