/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Directory records (ECMA-119 §9.1). */
#include "core/log.h"
#include "lib/checked.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "storage/iso9660/private.h"

#define ROCK_RIDGE_CONTINUES 0x01u

EFI_STATUS iso_corrupted(const struct iso_volume *volume, const char *problem)
{
    return log_failure(EFI_VOLUME_CORRUPTED, "%s: ISO 9660: %s", volume->device->name, problem);
}

static EFI_TIME decode_time(const uint8_t date[7])
{
    EFI_TIME time = {
        .Year = (uint16_t)(1900 + date[0]),
        .Month = date[1],
        .Day = date[2],
        .Hour = date[3],
        .Minute = date[4],
        .Second = date[5],
        .TimeZone = (int16_t)(-15 * (int8_t)date[6]),
    };
    bool valid = date[1] >= 1 && date[1] <= 12 && date[2] >= 1 && date[2] <= 31 && date[3] < 24 &&
                 date[4] < 60 && date[5] < 60;
    return valid ? time : (EFI_TIME){0};
}

bool iso_record_decode(const struct iso_volume *volume, const struct iso9660_record *record,
                       struct iso_entry *ret)
{
    bool directory = (record->flags & ISO9660_FLAG_DIRECTORY) != 0;
    uint64_t offset = ((uint64_t)record->extent + record->attribute_blocks) * volume->block_size;
    if (record->unit_size != 0 || record->gap_size != 0 ||
        (record->size > 0 && !range_within(offset, record->size, volume->size)))
        return false;
    ret->offset = offset;
    ret->size = record->size;
    ret->info = (struct file_info){
        .size = directory ? 0 : record->size,
        .attributes = FILE_READ_ONLY | (directory ? FILE_DIRECTORY : 0) |
                      ((record->flags & ISO9660_FLAG_HIDDEN) != 0 ? FILE_HIDDEN : 0),
        .created = decode_time(record->date),
        .modified = decode_time(record->date),
    };
    return true;
}

static void joliet_name(const uint8_t *name, size_t size, char16_t *to)
{
    size_t length = MIN(size / 2, FILE_NAME_MAX);
    for (size_t i = 0; i < length; i++)
        to[i] = (char16_t)(name[2 * i] << 8 | name[2 * i + 1]);
    to[length] = 0;
}

static void append(const uint8_t *name, size_t size, char16_t *to, size_t *length)
{
    for (size_t i = 0; i < size && *length < FILE_NAME_MAX; i++)
        to[(*length)++] = name[i];
    to[*length] = 0;
}

/* Rock Ridge's NM entries in the system use area (RRIP 1.12 §4.1.4). */
static bool rock_ridge_name(const uint8_t *area, size_t size, char16_t *to)
{
    struct reader r = reader_make(area, size);
    size_t length = 0;
    struct {
        char signature[2];
        uint8_t size, version;
    } entry;
    while (reader_copy(&r, &entry, sizeof entry)) {
        const void *data;
        if (entry.size < sizeof entry || !reader_take(&r, entry.size - sizeof entry, &data))
            break;
        if (memcmp(entry.signature, "NM", 2) != 0 || entry.size == sizeof entry)
            continue;
        const uint8_t *flags = data;
        append(flags + 1, entry.size - sizeof entry - 1u, to, &length);
        if ((*flags & ROCK_RIDGE_CONTINUES) == 0)
            break;
    }
    return length > 0;
}

/* Takes the version off, and the dot of a name without an extension. */
static void trim(char16_t *name)
{
    size_t length = 0;
    while (name[length] != 0 && name[length] != ';')
        length++;
    if (length > 1 && name[length - 1] == '.')
        length--;
    name[length] = 0;
}

void iso_record_name(const struct iso_volume *volume, const uint8_t *record, size_t size,
                     char16_t name[FILE_NAME_MAX + 1])
{
    struct iso9660_record header;
    size_t length = 0;
    memcpy(&header, record, sizeof header);
    const uint8_t *text = record + sizeof header;
    size_t area = ALIGN_UP(sizeof header + header.name_length, 2u);
    if (volume->joliet) {
        joliet_name(text, header.name_length, name);
    } else {
        if (area < size && rock_ridge_name(record + area, size - area, name))
            return;
        append(text, header.name_length, name, &length);
    }
    trim(name);
}

/* The sector of a directory that `offset` is in. */
static EFI_STATUS load_sector(struct iso_volume *volume, uint64_t offset, const uint8_t **ret)
{
    uint64_t start = ALIGN_DOWN(offset, ISO9660_SECTOR_SIZE);
    if (start != volume->cached) {
        volume->cached = UINT64_MAX;
        EFI_STATUS status =
            block_read_bytes(volume->device, start, volume->sector, sizeof volume->sector);
        if (EFI_ERROR(status))
            return status;
        volume->cached = start;
    }
    *ret = volume->sector + (offset - start);
    return EFI_SUCCESS;
}

/* The record at *position, which moves behind it; `*ret_size` is 0 at the end of a sector. */
static EFI_STATUS next_record(const struct iso_node *directory, uint64_t *position,
                              const uint8_t **ret, size_t *ret_size)
{
    uint64_t offset = directory->offset + *position;
    size_t left = ISO9660_SECTOR_SIZE - offset % ISO9660_SECTOR_SIZE;
    left = (size_t)MIN(left, directory->data_size - *position);
    EFI_STATUS status = load_sector(directory->volume, offset, ret);
    if (EFI_ERROR(status))
        return status;
    size_t size = (*ret)[0];
    if (size == 0) {
        *position += left;
        *ret_size = 0;
        return EFI_SUCCESS;
    }
    struct iso9660_record header;
    if (size > left || size < sizeof header)
        return iso_corrupted(directory->volume, "bad directory record");
    memcpy(&header, *ret, sizeof header);
    if (sizeof header + header.name_length > size)
        return iso_corrupted(directory->volume, "bad directory record");
    *position += size;
    *ret_size = size;
    return EFI_SUCCESS;
}

/* "." and "..", by their one-byte names. */
static bool is_dot(const uint8_t *record)
{
    struct iso9660_record header;
    memcpy(&header, record, sizeof header);
    return header.name_length == 1 && record[sizeof header] <= 1;
}

/* Adds the further extents of a large file, which follow each other on all media that are made. */
static EFI_STATUS add_extents(const struct iso_node *directory, uint64_t *position,
                              struct iso_entry *entry)
{
    struct iso_entry more;
    struct iso9660_record header;
    do {
        const uint8_t *record;
        size_t size = 0;
        if (*position >= directory->data_size)
            return iso_corrupted(directory->volume, "a file does not end");
        EFI_STATUS status = next_record(directory, position, &record, &size);
        if (EFI_ERROR(status))
            return status;
        if (size == 0) {
            header.flags = ISO9660_FLAG_MORE;
            continue;
        }
        memcpy(&header, record, sizeof header);
        if (!iso_record_decode(directory->volume, &header, &more) ||
            more.offset != entry->offset + entry->size)
            return iso_corrupted(directory->volume, "a file in pieces");
        entry->size += more.size;
        entry->info.size += more.size;
    } while ((header.flags & ISO9660_FLAG_MORE) != 0);
    return EFI_SUCCESS;
}

EFI_STATUS iso_directory_next(const struct iso_node *directory, uint64_t *position,
                              struct iso_entry *ret)
{
    while (*position < directory->data_size) {
        const uint8_t *record;
        size_t size;
        EFI_STATUS status = next_record(directory, position, &record, &size);
        if (EFI_ERROR(status))
            return status;
        if (size == 0 || is_dot(record))
            continue;
        struct iso9660_record header;
        memcpy(&header, record, sizeof header);
        if (!iso_record_decode(directory->volume, &header, ret))
            return iso_corrupted(directory->volume, "a file outside the volume");
        iso_record_name(directory->volume, record, size, ret->info.name);
        if ((header.flags & ISO9660_FLAG_MORE) != 0)
            status = add_extents(directory, position, ret);
        ret->info.allocated_size = ALIGN_UP(ret->info.size, directory->volume->block_size);
        return status;
    }
    return EFI_NOT_FOUND;
}
