/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "storage/fat/private.h"

/* The volume label: an entry of the root directory (FAT specification §6.1), with a copy in the
 * boot sector that nobody reads but checkers. */

static const char no_label[FAT_NAME_SIZE + 1] = "NO NAME    ";

/* EFI_NOT_FOUND: there is none. */
static EFI_STATUS find_label(struct fat_volume *volume, uint32_t *ret_offset, struct fat_entry *ret)
{
    for (uint32_t at = 0;; at += FAT_ENTRY_SIZE) {
        struct fat_entry entry;
        EFI_STATUS status = fat_directory_entry(volume->root, at, &entry);
        if (EFI_ERROR(status))
            return status;
        if ((uint8_t)entry.name[0] == FAT_NAME_END)
            return EFI_NOT_FOUND;
        if ((uint8_t)entry.name[0] == FAT_NAME_DELETED ||
            (entry.attributes & (FAT_ATTR_VOLUME_ID | FAT_ATTR_DIRECTORY)) != FAT_ATTR_VOLUME_ID ||
            (entry.attributes & FAT_ATTR_MASK) == FAT_ATTR_LONG_NAME)
            continue;
        *ret_offset = at;
        *ret = entry;
        return EFI_SUCCESS;
    }
}

EFI_STATUS fat_get_label(struct fat_volume *volume, char16_t ret[FAT_NAME_SIZE + 1])
{
    struct fat_entry entry;
    uint32_t offset;
    size_t length = 0;
    EFI_STATUS status = find_label(volume, &offset, &entry);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return status;
    if (!EFI_ERROR(status)) {
        for (length = FAT_NAME_SIZE; length > 0 && entry.name[length - 1] == ' ';)
            length--;
        for (size_t i = 0; i < length; i++)
            ret[i] = (uint8_t)entry.name[i];
    }
    ret[length] = 0;
    return EFI_SUCCESS;
}

static bool encode(const char16_t *label, char ret[FAT_NAME_SIZE])
{
    size_t length = ucs2_length(label, FAT_NAME_SIZE + 1);
    if (length > FAT_NAME_SIZE || (length > 0 && label[0] == ' '))
        return false;
    memset(ret, ' ', FAT_NAME_SIZE);
    for (size_t i = 0; i < length; i++) {
        char16_t c = ucs2_upper(label[i]);
        if (c < ' ' || c > '~')
            return false;
        for (const char *bad = "\"*/:<>?\\|+,;=[]."; *bad != 0; bad++) {
            if (c == (uint8_t)*bad)
                return false;
        }
        ret[i] = (char)c;
    }
    return true;
}

static EFI_STATUS write_copy(struct fat_volume *volume, uint64_t sector_offset,
                             const char label[FAT_NAME_SIZE])
{
    struct fat_extended_bpb extended;
    uint64_t offset =
        sector_offset + (volume->bits == 32 ? FAT32_EXTENDED_OFFSET : FAT16_EXTENDED_OFFSET);
    EFI_STATUS status = block_read_bytes(volume->device, offset, &extended, sizeof extended);
    if (EFI_ERROR(status) || extended.signature != FAT_EXTENDED_SIGNATURE)
        return status;
    memcpy(extended.label, label[0] == ' ' ? no_label : label, FAT_NAME_SIZE);
    return block_write_bytes(volume->device, offset, &extended, sizeof extended);
}

static EFI_STATUS write_entry(struct fat_volume *volume, const char label[FAT_NAME_SIZE])
{
    struct fat_entry entry;
    uint32_t offset;
    bool erase = label[0] == ' ';
    EFI_STATUS status = find_label(volume, &offset, &entry);
    if (status == EFI_NOT_FOUND) {
        if (erase)
            return EFI_SUCCESS;
        struct fat_entry made[2] = {{.attributes = FAT_ATTR_VOLUME_ID}};
        memcpy(made[0].name, label, FAT_NAME_SIZE);
        fat_time_touch(&made[0]);
        return fat_directory_append(volume->root, made, 1, &offset);
    }
    if (EFI_ERROR(status))
        return status;
    memcpy(entry.name, label, FAT_NAME_SIZE);
    if (erase)
        entry.name[0] = (char)FAT_NAME_DELETED;
    fat_time_touch(&entry);
    return fat_directory_write(volume->root, offset, &entry, sizeof entry);
}

EFI_STATUS fat_set_label(struct file_system *file_system, const char16_t *label)
{
    struct fat_volume *volume = fat_volume_of(file_system);
    char encoded[FAT_NAME_SIZE];
    if (!encode(label, encoded))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = fat_begin_change(volume);
    if (!EFI_ERROR(status))
        status = write_entry(volume, encoded);
    if (!EFI_ERROR(status))
        status = write_copy(volume, 0, encoded);
    if (!EFI_ERROR(status) && volume->backup_offset != 0)
        status = write_copy(volume, volume->backup_offset, encoded);
    if (!EFI_ERROR(status) && volume->writers == 0)
        status = fat_end_changes(volume);
    return status;
}
