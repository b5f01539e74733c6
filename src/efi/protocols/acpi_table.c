/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/acpi_table.h"

#include "arch/io.h"
#include "core/pages.h"
#include "efi/acpi_root.h"
#include "efi/tpl.h"
#include "hw/acpi.h"
#include "lib/memory.h"

#define TABLES_MAX 64

/* Tables in the order of their installation. */
static struct added {
    uint64_t address;
    size_t size;
    size_t key;
} added[TABLES_MAX];
static size_t added_count;
static size_t last_key;

static uint32_t signature_at(uint64_t address)
{
    uint32_t signature;
    memcpy(&signature, phys_to_virt(address, sizeof signature), sizeof signature);
    return signature;
}

/* Several of these may exist (ACPI 6.5 §5.2.11, §5.2.6 and UEFI 2.10 appendix O). */
static bool may_be_many(uint32_t signature)
{
    return signature == ACPI_SIGNATURE('S', 'S', 'D', 'T') ||
           signature == ACPI_SIGNATURE('P', 'S', 'D', 'T') ||
           signature == ACPI_SIGNATURE('U', 'E', 'F', 'I') ||
           (signature & 0xffffff) == ACPI_SIGNATURE('O', 'E', 'M', 0);
}

/* What the root and the FADT point at is the VMM's. */
static bool is_structural(uint32_t signature)
{
    return signature == ACPI_SIGNATURE('R', 'S', 'D', 'T') ||
           signature == ACPI_SIGNATURE('X', 'S', 'D', 'T') ||
           signature == ACPI_SIGNATURE('D', 'S', 'D', 'T') ||
           signature == ACPI_SIGNATURE('F', 'A', 'C', 'S') ||
           signature == ACPI_SIGNATURE('F', 'A', 'C', 'P');
}

static bool exists(uint32_t signature)
{
    uint64_t address;
    for (size_t i = 0; (address = acpi_root_first_table(i)) != 0; i++)
        if (pages_type(address) != EfiMaxMemoryType && signature_at(address) == signature)
            return true;
    for (size_t i = 0; i < added_count; i++)
        if (signature_at(added[i].address) == signature)
            return true;
    return false;
}

static EFI_STATUS update_root(void)
{
    uint64_t addresses[TABLES_MAX];
    for (size_t i = 0; i < added_count; i++)
        addresses[i] = added[i].address;
    return acpi_root_set_added(addresses, added_count);
}

static void set_checksum(uint8_t *table, size_t size)
{
    uint8_t sum = 0;
    uint8_t *field = table + offsetof(struct acpi_header, checksum);
    *field = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + table[i]);
    *field = (uint8_t)-sum;
}

static uint64_t pages_of(size_t size)
{
    return ALIGN_UP((uint64_t)size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
}

static EFI_STATUS install(const void *table, size_t size, size_t *ret_key)
{
    uint64_t address;
    if (added_count == TABLES_MAX)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status =
        pages_allocate(AllocateAnyPages, EfiACPIReclaimMemory, pages_of(size), &address);
    if (EFI_ERROR(status))
        return status;
    uint8_t *copy = phys_to_virt(address, size);
    memcpy(copy, table, size);
    set_checksum(copy, size);

    added[added_count++] = (struct added){.address = address, .size = size, .key = ++last_key};
    status = update_root();
    if (EFI_ERROR(status)) {
        added_count--;
        EFI_STATUS freed = pages_free(address, pages_of(size));
        return EFI_ERROR(freed) ? freed : status;
    }
    *ret_key = last_key;
    return EFI_SUCCESS;
}

static EFI_STATUS uninstall(size_t key)
{
    for (size_t i = 0; i < added_count; i++) {
        if (added[i].key != key)
            continue;
        struct added gone = added[i];
        memmove(&added[i], &added[i + 1], (added_count - i - 1) * sizeof *added);
        added_count--;
        EFI_STATUS status = update_root(); /* fewer entries: the memory is there */
        return EFI_ERROR(status) ? status : pages_free(gone.address, pages_of(gone.size));
    }
    return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI install_table(EFI_ACPI_TABLE_PROTOCOL *This, void *AcpiTableBuffer,
                                       size_t AcpiTableBufferSize, size_t *TableKey)
{
    struct acpi_header header;
    if (AcpiTableBuffer == NULL || TableKey == NULL || AcpiTableBufferSize < sizeof header)
        return EFI_INVALID_PARAMETER;
    memcpy(&header, AcpiTableBuffer, sizeof header);
    if (header.length != AcpiTableBufferSize)
        return EFI_INVALID_PARAMETER;

    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = EFI_ACCESS_DENIED;
    if (!is_structural(header.signature) &&
        (may_be_many(header.signature) || !exists(header.signature)))
        status = install(AcpiTableBuffer, AcpiTableBufferSize, TableKey);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI uninstall_table(EFI_ACPI_TABLE_PROTOCOL *This, size_t TableKey)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = uninstall(TableKey);
    efi_restore_tpl(tpl);
    return status;
}

EFI_ACPI_TABLE_PROTOCOL acpi_table_protocol = {
    .InstallAcpiTable = install_table,
    .UninstallAcpiTable = uninstall_table,
};
