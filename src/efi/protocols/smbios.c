/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/smbios.h"

#include "core/pool.h"
#include "efi/smbios_records.h"
#include "efi/tpl.h"
#include "lib/ascii.h"
#include "lib/memory.h"

#define STRUCTURE_SIZE_MAX (64u << 10)

static uint16_t handle_of(const struct smbios_record *record)
{
    struct smbios_header header;
    memcpy(&header, record->data, sizeof header);
    return header.handle;
}

static struct smbios_record *find(uint16_t handle)
{
    LIST_FOR_EACH(node, &smbios_records)
    {
        struct smbios_record *record = LIST_ENTRY(node, struct smbios_record, link);
        if (handle_of(record) == handle)
            return record;
    }
    return NULL;
}

static bool choose_handle(uint16_t *handle)
{
    for (uint16_t candidate = 0; candidate < SMBIOS_HANDLE_PI_RESERVED; candidate++) {
        if (find(candidate) != NULL)
            continue;
        *handle = candidate;
        return true;
    }
    return false;
}

static EFI_STATUS add(EFI_HANDLE producer, uint16_t *handle, const void *data, size_t size)
{
    uint16_t chosen = *handle;
    if (chosen == SMBIOS_HANDLE_PI_RESERVED && !choose_handle(&chosen))
        return EFI_OUT_OF_RESOURCES;
    if (find(chosen) != NULL)
        return EFI_ALREADY_STARTED;
    struct smbios_record *record = smbios_record_new(data, size, producer);
    if (record == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(record->data + offsetof(struct smbios_header, handle), &chosen, sizeof chosen);
    list_append(&smbios_records, &record->link);
    EFI_STATUS status = smbios_records_publish();
    if (EFI_ERROR(status)) {
        list_remove(&record->link);
        pool_free(record);
        return status;
    }
    *handle = chosen;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI add_record(const EFI_SMBIOS_PROTOCOL *This, EFI_HANDLE ProducerHandle,
                                    EFI_SMBIOS_HANDLE *SmbiosHandle,
                                    EFI_SMBIOS_TABLE_HEADER *Record)
{
    if (SmbiosHandle == NULL || Record == NULL)
        return EFI_INVALID_PARAMETER;
    size_t size = smbios_structure_size(Record, STRUCTURE_SIZE_MAX);
    if (size == 0 || Record->Type == SMBIOS_TYPE_END_OF_TABLE ||
        *SmbiosHandle > SMBIOS_HANDLE_PI_RESERVED)
        return EFI_INVALID_PARAMETER;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = add(ProducerHandle, SmbiosHandle, Record, size);
    efi_restore_tpl(tpl);
    return status;
}

/* Puts `new` in the place of `old` and publishes; on failure `old` stays. Frees the one that is not
 * used. */
static EFI_STATUS replace(struct smbios_record *old, struct smbios_record *new)
{
    if (new != NULL)
        list_insert_before(&new->link, &old->link);
    struct list *next = old->link.next;
    list_remove(&old->link);
    EFI_STATUS status = smbios_records_publish();
    if (!EFI_ERROR(status)) {
        pool_free(old);
        return status;
    }
    list_insert_before(&old->link, next);
    if (new != NULL) {
        list_remove(&new->link);
        pool_free(new);
    }
    return status;
}

/* Finds string `number` (from 1 on): its offset in the record. */
static bool find_string(const struct smbios_record *record, size_t number, size_t *ret_offset)
{
    size_t at = record->data[offsetof(struct smbios_header, length)];
    if (number == 0)
        return false;
    while (record->data[at] != 0) {
        if (--number == 0) {
            *ret_offset = at;
            return true;
        }
        at += ascii_length((const char *)record->data + at, record->size - at) + 1;
    }
    return false;
}

static EFI_STATUS update_string(uint16_t handle, size_t number, const char *string, size_t length)
{
    size_t offset;
    struct smbios_record *record = find(handle);
    if (record == NULL)
        return EFI_INVALID_PARAMETER;
    if (!find_string(record, number, &offset))
        return EFI_NOT_FOUND;
    size_t old_length = ascii_length((const char *)record->data + offset, record->size - offset);
    size_t rest = record->size - offset - old_length, size = offset + length + rest;
    if (size > STRUCTURE_SIZE_MAX)
        return EFI_UNSUPPORTED;
    struct smbios_record *new = pool_alloc(sizeof *new + size);
    if (new == NULL)
        return EFI_OUT_OF_RESOURCES;
    *new = (struct smbios_record){.producer = record->producer, .size = size};
    list_init(&new->link);
    memcpy(new->data, record->data, offset);
    memcpy(new->data + offset, string, length);
    memcpy(new->data + offset + length, record->data + offset + old_length, rest);
    return replace(record, new);
}

static EFI_STATUS EFIAPI update_record_string(const EFI_SMBIOS_PROTOCOL *This,
                                              EFI_SMBIOS_HANDLE *SmbiosHandle, size_t *StringNumber,
                                              char *String)
{
    if (SmbiosHandle == NULL || StringNumber == NULL || String == NULL)
        return EFI_INVALID_PARAMETER;
    /* An empty string would end the structure's strings. */
    size_t length = ascii_length(String, STRUCTURE_SIZE_MAX + 1);
    if (length == 0)
        return EFI_UNSUPPORTED;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = update_string(*SmbiosHandle, *StringNumber, String, length);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI remove_record(const EFI_SMBIOS_PROTOCOL *This,
                                       EFI_SMBIOS_HANDLE SmbiosHandle)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    struct smbios_record *record = find(SmbiosHandle);
    EFI_STATUS status = record != NULL ? replace(record, NULL) : EFI_INVALID_PARAMETER;
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI get_next(const EFI_SMBIOS_PROTOCOL *This, EFI_SMBIOS_HANDLE *SmbiosHandle,
                                  EFI_SMBIOS_TYPE *Type, EFI_SMBIOS_TABLE_HEADER **Record,
                                  EFI_HANDLE *ProducerHandle)
{
    if (SmbiosHandle == NULL || Record == NULL)
        return EFI_INVALID_PARAMETER;
    struct list *node = &smbios_records;
    if (*SmbiosHandle != SMBIOS_HANDLE_PI_RESERVED) {
        struct smbios_record *previous = find(*SmbiosHandle);
        if (previous == NULL)
            return EFI_NOT_FOUND;
        node = &previous->link;
    }
    for (node = node->next; node != &smbios_records; node = node->next) {
        struct smbios_record *record = LIST_ENTRY(node, struct smbios_record, link);
        if (Type != NULL && record->data[0] != *Type)
            continue;
        *SmbiosHandle = handle_of(record);
        *Record = (EFI_SMBIOS_TABLE_HEADER *)record->data;
        if (ProducerHandle != NULL)
            *ProducerHandle = record->producer;
        return EFI_SUCCESS;
    }
    *SmbiosHandle = SMBIOS_HANDLE_PI_RESERVED;
    return EFI_NOT_FOUND;
}

EFI_STATUS smbios_protocol_init(uint64_t entry2, uint64_t entry3)
{
    EFI_STATUS status = smbios_records_init(entry2, entry3);
    smbios_protocol.MajorVersion = smbios_major;
    smbios_protocol.MinorVersion = smbios_minor;
    return status;
}

EFI_SMBIOS_PROTOCOL smbios_protocol = {
    .Add = add_record,
    .UpdateString = update_record_string,
    .Remove = remove_record,
    .GetNext = get_next,
};
