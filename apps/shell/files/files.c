/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/files/files.h"

#include "efi/guid.h"
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "lib/utf8.h"
#include "shell/files/path.h"
#include "shell/shell.h"

#define READ_SIZE    4096
#define LARGEST_INFO 65536

EFI_STATUS file_locate(struct arena *arena, const char16_t *name, struct location *ret)
{
    size_t mapping_length = path_mapping_length(name);
    struct volume *volume = volume_current();
    struct text full = {0};
    const char16_t *mapping_name;
    if (mapping_length > 0) {
        struct mapping *mapping = mapping_find(name, mapping_length);
        if (mapping == NULL)
            return EFI_NOT_FOUND;
        volume = mapping->volume;
        mapping_name = mapping->name;
    } else if (volume == NULL) {
        return EFI_NOT_FOUND;
    } else {
        mapping_name = volume_name(volume);
    }
    text_append_string(&full, mapping_name);
    size_t root = full.length;
    path_absolute(&full, volume->directory, name + mapping_length);
    char16_t *copy = full.failed ? NULL : arena_copy(arena, text_string(&full), full.length);
    text_free(&full);
    if (copy == NULL)
        return EFI_OUT_OF_RESOURCES;
    *ret = (struct location){volume, copy, copy + root};
    return EFI_SUCCESS;
}

bool location_lies_in(const struct location *location, const struct volume *volume,
                      const char16_t *directory)
{
    size_t length = ucs2_length(directory, SIZE_MAX);
    return location->volume == volume &&
           text_equal_n_ignoring_case(location->path, directory, length) &&
           (location->path[length] == 0 || location->path[length] == '\\' ||
            (length > 0 && directory[length - 1] == '\\'));
}

EFI_STATUS file_open_at(const struct location *location, uint64_t mode, uint64_t attributes,
                        EFI_FILE_PROTOCOL **ret)
{
    EFI_FILE_PROTOCOL *root;
    EFI_STATUS status = volume_open(location->volume, &root);
    if (EFI_ERROR(status))
        return status;
    status = root->Open(root, ret, location->path, mode, attributes);
    (void)root->Close(root);
    return status;
}

EFI_STATUS file_open(const char16_t *name, uint64_t mode, uint64_t attributes,
                     EFI_FILE_PROTOCOL **ret)
{
    struct arena arena = {0};
    struct location location;
    EFI_STATUS status = file_locate(&arena, name, &location);
    if (!EFI_ERROR(status))
        status = file_open_at(&location, mode, attributes, ret);
    arena_free(&arena);
    return status;
}

EFI_STATUS file_delete(EFI_FILE_PROTOCOL *file)
{
    /* A file that cannot be deleted is a warning only (UEFI 2.10 §13.5). */
    EFI_STATUS status = file->Delete(file);
    return status == EFI_WARN_DELETE_FAILURE ? EFI_ACCESS_DENIED : status;
}

/* An existing file is deleted, so that nothing of it is left behind a shorter text. */
EFI_STATUS file_create(const char16_t *name, EFI_FILE_PROTOCOL **ret)
{
    const uint64_t mode = FILE_READ_WRITE;
    EFI_FILE_PROTOCOL *old;
    if (file_is_directory(name))
        return EFI_ACCESS_DENIED;
    EFI_STATUS status = file_open(name, mode, 0, &old);
    if (!EFI_ERROR(status))
        status = file_delete(old);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return status == EFI_WRITE_PROTECTED ? EFI_ACCESS_DENIED : status;
    return file_open(name, mode | EFI_FILE_MODE_CREATE, 0, ret);
}

EFI_STATUS file_read(EFI_FILE_PROTOCOL *file, void *data, size_t *size)
{
    size_t done = 0;
    while (done < *size) {
        size_t part = *size - done;
        EFI_STATUS status = file->Read(file, &part, (char *)data + done);
        if (EFI_ERROR(status))
            return status;
        if (part == 0 || part > *size - done)
            break;
        done += part;
    }
    *size = done;
    return EFI_SUCCESS;
}

EFI_STATUS file_write(EFI_FILE_PROTOCOL *file, const void *data, size_t size)
{
    size_t written = size;
    EFI_STATUS status = file->Write(file, &written, (void *)data);
    return !EFI_ERROR(status) && written != size ? EFI_VOLUME_FULL : status;
}

void file_close(EFI_FILE_PROTOCOL *file)
{
    if (file != NULL)
        (void)file->Close(file);
}

/* Information that a file system has made. What it claims of its own size is not believed, and the
 * name gets an end. */
static void make_safe(EFI_FILE_INFO *info, size_t size)
{
    memset((char *)info + size, 0, sizeof(char16_t));
    info->Size = MAX(size, sizeof *info) + sizeof(char16_t);
}

static EFI_STATUS query_info(EFI_FILE_PROTOCOL *file, size_t *size, EFI_FILE_INFO *info)
{
    return file->GetInfo(file, GUID_OF(EFI_FILE_INFO), size, info);
}

static EFI_STATUS query_entry(EFI_FILE_PROTOCOL *directory, size_t *size, EFI_FILE_INFO *info)
{
    return directory->Read(directory, size, info);
}

/* `*ret` NULL: `query` has nothing. */
static EFI_STATUS get_info(EFI_FILE_PROTOCOL *file,
                           EFI_STATUS (*query)(EFI_FILE_PROTOCOL *, size_t *, EFI_FILE_INFO *),
                           EFI_FILE_INFO **ret)
{
    size_t size = sizeof(EFI_FILE_INFO) + 64;
    for (;;) {
        EFI_FILE_INFO *info = shell_alloc(size + sizeof(char16_t));
        if (info == NULL)
            return EFI_OUT_OF_RESOURCES;
        size_t given = size;
        memset(info, 0, size);
        EFI_STATUS status = query(file, &size, info);
        if (!EFI_ERROR(status) && size > 0 && size <= given) {
            make_safe(info, size);
            *ret = info;
            return EFI_SUCCESS;
        }
        shell_free(info);
        *ret = NULL;
        if (status != EFI_BUFFER_TOO_SMALL || size <= given || size > LARGEST_INFO)
            return status;
    }
}

EFI_STATUS file_get_info(EFI_FILE_PROTOCOL *file, EFI_FILE_INFO **ret)
{
    EFI_STATUS status = get_info(file, query_info, ret);
    return !EFI_ERROR(status) && *ret == NULL ? EFI_DEVICE_ERROR : status;
}

EFI_STATUS file_next_entry(EFI_FILE_PROTOCOL *directory, EFI_FILE_INFO **ret)
{
    for (;;) {
        EFI_STATUS status = get_info(directory, query_entry, ret);
        if (EFI_ERROR(status) || *ret == NULL)
            return status;
        if (!ucs2_equal((*ret)->FileName, u".") && !ucs2_equal((*ret)->FileName, u".."))
            return EFI_SUCCESS;
        shell_free(*ret);
    }
}

/* The attributes of a file that is there. */
static bool get_attributes(const char16_t *name, uint64_t *ret)
{
    EFI_FILE_PROTOCOL *file;
    EFI_FILE_INFO *info;
    if (EFI_ERROR(file_open(name, EFI_FILE_MODE_READ, 0, &file)))
        return false;
    EFI_STATUS status = file_get_info(file, &info);
    file_close(file);
    if (EFI_ERROR(status))
        return false;
    *ret = info->Attribute;
    shell_free(info);
    return true;
}

bool file_exists(const char16_t *name)
{
    uint64_t unused;
    return get_attributes(name, &unused);
}

bool file_is_directory(const char16_t *name)
{
    uint64_t attributes;
    return get_attributes(name, &attributes) && (attributes & EFI_FILE_DIRECTORY) != 0;
}

/* Bytes of a text as characters. */
struct text_decoder {
    bool started, wide;
    uint8_t held; /* first byte of a pair or mark */
    bool holds;
    struct utf8_decoder utf8;
};

static void decode_byte(struct text_decoder *d, uint8_t byte, struct text *ret)
{
    char16_t c;
    if (d->wide) {
        if (d->holds)
            text_put(ret, (char16_t)(d->held | byte << 8));
        d->held = byte;
        d->holds = !d->holds;
    } else if (utf8_decode(&d->utf8, byte, &c) && c != BYTE_ORDER_MARK) {
        text_put(ret, c);
    }
}

static void decode(struct text_decoder *d, const uint8_t *bytes, size_t size, struct text *ret)
{
    size_t i = 0;
    if (!d->started && size >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe) {
        d->wide = true;
        i = 2;
    }
    d->started = true;
    for (; i < size; i++)
        decode_byte(d, bytes[i], ret);
}

EFI_STATUS file_read_text(EFI_FILE_PROTOCOL *file, size_t largest, struct text *ret)
{
    struct text_decoder decoder = {0};
    EFI_STATUS status = EFI_SUCCESS;
    size_t total = 0, size = READ_SIZE;
    uint8_t *buffer = shell_alloc(READ_SIZE);
    if (buffer == NULL)
        return EFI_OUT_OF_RESOURCES;
    while (!EFI_ERROR(status) && size > 0) {
        size = READ_SIZE;
        status = file->Read(file, &size, buffer);
        if (EFI_ERROR(status))
            break;
        total += size;
        decode(&decoder, buffer, size, ret);
        if (total > largest)
            status = EFI_BAD_BUFFER_SIZE;
        else if (ret->failed)
            status = EFI_OUT_OF_RESOURCES;
    }
    shell_free(buffer);
    return status;
}

EFI_STATUS file_read_all(EFI_FILE_PROTOCOL *file, size_t largest, void **ret, size_t *ret_size)
{
    EFI_FILE_INFO *info;
    EFI_STATUS status = file_get_info(file, &info);
    if (EFI_ERROR(status))
        return status;
    uint64_t expected = info->FileSize;
    shell_free(info);
    if (expected > largest)
        return EFI_BAD_BUFFER_SIZE;
    size_t size = (size_t)expected;
    void *data = shell_alloc(size + 1);
    if (data == NULL)
        return EFI_OUT_OF_RESOURCES;
    status = file_read(file, data, &size);
    if (EFI_ERROR(status)) {
        shell_free(data);
        return status;
    }
    *ret = data;
    *ret_size = size;
    return EFI_SUCCESS;
}

EFI_STATUS file_read_named(const char16_t *name, size_t largest, void **ret, size_t *ret_size)
{
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = file_open(name, EFI_FILE_MODE_READ, 0, &file);
    if (EFI_ERROR(status))
        return status;
    status = file_read_all(file, largest, ret, ret_size);
    file_close(file);
    return status;
}
