/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/smbios_records.h"

#include "arch/io.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/system_table.h"
#include "lib/memory.h"
#include "lib/reader.h"

#define TABLE_SIZE_MAX (1u << 20)
#define BIOS_END       0x100000u

struct list smbios_records = LIST_INIT(smbios_records);
uint8_t smbios_major, smbios_minor;

/* Copies of the VMM's entry points; length 0: none. */
static struct smbios2_entry first2;
static struct smbios3_entry first3;

/* Ours, in pages of their own. */
struct own_table {
    struct smbios3_entry entry3;
    uint8_t padding3[8];
    struct smbios2_entry entry2;
    uint8_t padding2;
    uint8_t structures[];
};

static uint64_t own_address, own_pages;

static uint8_t checksum(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
    return (uint8_t)-sum;
}

static bool may_be_read(uint64_t address, uint64_t size)
{
    uint64_t end;
    if (!checked_add(address, size, &end) || address == 0)
        return false;
    for (uint64_t at = ALIGN_DOWN(address, EFI_PAGE_SIZE); at < end; at += EFI_PAGE_SIZE)
        if (at >= BIOS_END && pages_type(at) == EfiMaxMemoryType)
            return false;
    return true;
}

size_t smbios_structure_size(const void *data, size_t available)
{
    const uint8_t *bytes = data;
    struct smbios_header header;
    if (available < sizeof header)
        return 0;
    memcpy(&header, data, sizeof header);
    if (header.length < sizeof header || header.length > available)
        return 0;
    for (size_t at = header.length; at + 1 < available; at++)
        if (bytes[at] == 0 && bytes[at + 1] == 0)
            return at + 2;
    return 0;
}

struct smbios_record *smbios_record_new(const void *data, size_t size, EFI_HANDLE producer)
{
    struct smbios_record *record = pool_alloc(sizeof *record + size);
    if (record == NULL)
        return NULL;
    list_init(&record->link);
    record->producer = producer;
    record->size = size;
    memcpy(record->data, data, size);
    return record;
}

static void clear(void)
{
    while (!list_empty(&smbios_records)) {
        struct smbios_record *record = LIST_ENTRY(smbios_records.next, struct smbios_record, link);
        list_remove(&record->link);
        pool_free(record);
    }
}

/* Marks a handle as seen; false when it was. Two structures of one handle would send GetNext round
 * in circles. */
static bool is_new_handle(uint8_t *seen, const uint8_t *structure)
{
    struct smbios_header header;
    memcpy(&header, structure, sizeof header);
    uint8_t bit = (uint8_t)(1u << (header.handle % 8));
    if (header.handle >= 0xfffe || (seen[header.handle / 8] & bit) != 0)
        return false;
    seen[header.handle / 8] |= bit;
    return true;
}

/* Takes the structures up to the end-of-table one, or to the first that is malformed. */
static EFI_STATUS take_structures(uint64_t address, uint32_t size)
{
    if (size > TABLE_SIZE_MAX || !may_be_read(address, size))
        return EFI_NOT_FOUND;
    uint8_t *seen CLEANUP_POOL = pool_alloc_zeroed((UINT16_MAX + 1) / 8);
    if (seen == NULL)
        return EFI_OUT_OF_RESOURCES;
    const uint8_t *bytes = phys_to_virt(address, size);
    for (size_t at = 0, length; (length = smbios_structure_size(bytes + at, size - at)) != 0;
         at += length) {
        if (bytes[at] == SMBIOS_TYPE_END_OF_TABLE || !is_new_handle(seen, bytes + at))
            break;
        struct smbios_record *record = smbios_record_new(bytes + at, length, NULL);
        if (record == NULL)
            return EFI_OUT_OF_RESOURCES;
        list_append(&smbios_records, &record->link);
    }
    return list_empty(&smbios_records) ? EFI_NOT_FOUND : EFI_SUCCESS;
}

EFI_STATUS smbios_records_init(uint64_t entry2, uint64_t entry3)
{
    clear();
    first2.length = first3.length = 0;
    if (may_be_read(entry2, sizeof first2))
        memcpy(&first2, phys_to_virt(entry2, sizeof first2), sizeof first2);
    if (may_be_read(entry3, sizeof first3))
        memcpy(&first3, phys_to_virt(entry3, sizeof first3), sizeof first3);

    EFI_STATUS status = EFI_NOT_FOUND;
    if (first3.length != 0) {
        smbios_major = first3.major_version;
        smbios_minor = first3.minor_version;
        status = take_structures(first3.table_address, first3.table_max_size);
    } else if (first2.length != 0) {
        smbios_major = first2.major_version;
        smbios_minor = first2.minor_version;
        status = take_structures(first2.table_address, first2.table_length);
    }
    if (EFI_ERROR(status))
        clear();
    return status;
}

struct totals {
    size_t size;
    uint16_t count;
    size_t largest;
};

/* Writes all structures to `to`, or only counts when it is NULL. */
static struct totals write_structures(uint8_t *to)
{
    static const uint8_t end[] = {
        SMBIOS_TYPE_END_OF_TABLE, sizeof(struct smbios_header), 0xff, 0xfe, 0, 0};
    struct totals totals = {.count = 1, .largest = sizeof end};
    LIST_FOR_EACH(node, &smbios_records)
    {
        const struct smbios_record *record = LIST_ENTRY(node, struct smbios_record, link);
        if (to != NULL)
            memcpy(to + totals.size, record->data, record->size);
        totals.size += record->size;
        totals.count++;
        totals.largest = MAX(totals.largest, record->size);
    }
    if (to != NULL)
        memcpy(to + totals.size, end, sizeof end);
    totals.size += sizeof end;
    return totals;
}

static void fill(struct own_table *own)
{
    struct totals totals = write_structures(own->structures);
    own->entry3 = first3;
    own->entry3.length = sizeof own->entry3;
    own->entry3.table_address = (uintptr_t)own->structures;
    own->entry3.table_max_size = (uint32_t)totals.size;
    own->entry3.checksum = 0;
    own->entry3.checksum = checksum(&own->entry3, sizeof own->entry3);

    own->entry2 = first2;
    own->entry2.length = sizeof own->entry2;
    own->entry2.max_structure_size = (uint16_t)totals.largest;
    own->entry2.table_length = (uint16_t)totals.size;
    own->entry2.table_address = (uint32_t)(uintptr_t)own->structures;
    own->entry2.structure_count = totals.count;
    own->entry2.checksum = own->entry2.intermediate_checksum = 0;
    /* The intermediate part goes from its anchor to the end. */
    own->entry2.intermediate_checksum =
        checksum(own->entry2.intermediate_anchor,
                 sizeof own->entry2 - offsetof(struct smbios2_entry, intermediate_anchor));
    own->entry2.checksum = checksum(&own->entry2, sizeof own->entry2);
}

static EFI_STATUS install(struct own_table *own)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (first3.length != 0)
        status = efi_install_configuration_table(GUID_OF(SMBIOS3_TABLE), &own->entry3);
    if (!EFI_ERROR(status) && first2.length != 0)
        status = efi_install_configuration_table(GUID_OF(SMBIOS_TABLE), &own->entry2);
    return status;
}

EFI_STATUS smbios_records_publish(void)
{
    struct totals totals = write_structures(NULL);
    if (totals.size > TABLE_SIZE_MAX || (first2.length != 0 && totals.size > UINT16_MAX))
        return EFI_OUT_OF_RESOURCES;
    uint64_t size = sizeof(struct own_table) + totals.size, address = UINT32_MAX;
    uint64_t pages = ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
    EFI_STATUS status = pages_allocate(AllocateMaxAddress, EfiACPIReclaimMemory, pages, &address);
    if (EFI_ERROR(status))
        return status;
    struct own_table *own = phys_to_virt(address, size);
    fill(own);
    status = install(own); /* the GUIDs are there: this only changes the addresses */
    if (!EFI_ERROR(status)) {
        uint64_t old = own_address, old_pages = own_pages;
        own_address = address;
        own_pages = pages;
        return old != 0 ? pages_free(old, old_pages) : EFI_SUCCESS;
    }
    EFI_STATUS freed = pages_free(address, pages);
    return EFI_ERROR(freed) ? freed : status;
}
