/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ACPI Table (UEFI 2.10 §20.2): a driver's table beside those of the machine. */
#include "hw/acpi.h"
#include "efi/protocol/acpi_table.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define KIND ACPI_SIGNATURE('O', 'E', 'M', '7')

static struct table {
    struct acpi_header header;
    uint32_t data;
} __attribute__((packed)) table;

/* The checksum is left to the firmware. */
static void make_table(uint32_t signature)
{
    table = (struct table){
        .header = {.signature = signature,
                   .length = sizeof table,
                   .revision = 1,
                   .checksum = 0x11,
                   .oem_id = {'C', 'L', 'O', 'U', 'D', 'H'},
                   .oem_table_id = {'S', 'E', 'L', 'F', 'T', 'E', 'S', 'T'}},
        .data = 0x12345678,
    };
}

static const struct acpi_rsdp *root_pointer(void)
{
    static const EFI_GUID guid = EFI_ACPI_20_TABLE_GUID;
    for (size_t i = 0; i < st->NumberOfTableEntries; i++)
        if (guid_equal(&st->ConfigurationTable[i].VendorGuid, &guid))
            return st->ConfigurationTable[i].VendorTable;
    return NULL;
}

/* The table of this kind that the XSDT names, `count` of them. */
static const struct table *published(uint32_t signature, size_t *count)
{
    const struct acpi_rsdp *rsdp = root_pointer();
    const struct table *found = NULL;
    *count = 0;
    if (!CHECK(rsdp != NULL && rsdp->revision >= 2))
        return NULL;
    const struct acpi_header *xsdt = (const struct acpi_header *)(uintptr_t)rsdp->xsdt_address;
    const uint8_t *entries = (const uint8_t *)(xsdt + 1);
    for (size_t i = 0; i < (xsdt->length - sizeof *xsdt) / sizeof(uint64_t); i++) {
        uint64_t address;
        memcpy(&address, entries + i * sizeof address, sizeof address);
        const struct table *each = (const struct table *)(uintptr_t)address;
        if (each->header.signature != signature)
            continue;
        found = each;
        ++*count;
    }
    return found;
}

static bool sums_to_zero(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
    return sum == 0;
}

static void install(void)
{
    EFI_ACPI_TABLE_PROTOCOL *acpi = FIND(EFI_ACPI_TABLE_PROTOCOL);
    size_t key, before, count, others;
    if (acpi == NULL)
        return;
    published(ACPI_SIGNATURE('F', 'A', 'C', 'P'), &others);
    published(KIND, &before);
    make_table(KIND);
    REQUIRE(EFI_SUCCESS, acpi->InstallAcpiTable(acpi, &table, sizeof table, &key));
    const struct table *copy = published(KIND, &count);
    EQUAL(before + 1, count);
    REQUIRE_TRUE(copy != NULL && copy != &table);
    EQUAL(0x12345678, copy->data);
    CHECK(sums_to_zero(copy, sizeof *copy));
    published(ACPI_SIGNATURE('F', 'A', 'C', 'P'), &count);
    EQUAL(others, count);
    EXPECT(EFI_SUCCESS, acpi->UninstallAcpiTable(acpi, key));
    published(KIND, &count);
    EQUAL(before, count);
    EXPECT(EFI_NOT_FOUND, acpi->UninstallAcpiTable(acpi, key));
}

static void install_invalid(void)
{
    EFI_ACPI_TABLE_PROTOCOL *acpi = FIND(EFI_ACPI_TABLE_PROTOCOL);
    size_t key;
    if (acpi == NULL)
        return;
    make_table(KIND);
    EXPECT(EFI_INVALID_PARAMETER, acpi->InstallAcpiTable(acpi, NULL, sizeof table, &key));
    EXPECT(EFI_INVALID_PARAMETER, acpi->InstallAcpiTable(acpi, &table, sizeof table, NULL));
    EXPECT(EFI_INVALID_PARAMETER, acpi->InstallAcpiTable(acpi, &table, sizeof table - 1, &key));
    EXPECT(EFI_INVALID_PARAMETER, acpi->InstallAcpiTable(acpi, &table, sizeof table + 1, &key));
}

/* Of these there is one, and it is the machine's. */
static void install_denied(void)
{
    EFI_ACPI_TABLE_PROTOCOL *acpi = FIND(EFI_ACPI_TABLE_PROTOCOL);
    size_t key;
    if (acpi == NULL)
        return;
    make_table(ACPI_SIGNATURE('F', 'A', 'C', 'P'));
    EXPECT(EFI_ACCESS_DENIED, acpi->InstallAcpiTable(acpi, &table, sizeof table, &key));
}

static const struct selftest tests[] = {
    {"install", install},
    {"install-invalid", install_invalid},
    {"install-denied", install_denied},
};

const struct topic topic_acpi = TOPIC("acpi", tests);
