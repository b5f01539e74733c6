/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/io.h"
#include "efi/acpi_root.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/protocols/acpi_table.h"
#include "efi/serial_table.h"
#include "efi/tpl.h"
#include "hw/acpi.h"
#include "models/captured_log.h"
#include "unit/efi/fake-memory.h"

static EFI_ACPI_TABLE_PROTOCOL *p = &acpi_table_protocol;
static uint64_t published; /* RSDP */
static unsigned changes;
static EFI_STATUS install_status;

EFI_TPL tpl_raise_to(EFI_TPL tpl)
{
    return TPL_APPLICATION;
}

void EFIAPI efi_restore_tpl(EFI_TPL OldTpl)
{
}

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table)
{
    assert_true(guid_equal(Guid, GUID_OF(EFI_ACPI_20_TABLE)));
    if (EFI_ERROR(install_status))
        return install_status;
    changes++;
    published = (uintptr_t)Table;
    return EFI_SUCCESS;
}

void *configuration_table_find(const EFI_GUID *guid)
{
    return (void *)(uintptr_t)published;
}

void *phys_to_virt(uint64_t address, uint64_t size)
{
    assert_in_range(address, FAKE_MEMORY_BASE, FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - size);
    return (void *)(uintptr_t)address;
}

static uint8_t sum(uint64_t address, size_t size)
{
    uint8_t total = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + ((const uint8_t *)(uintptr_t)address)[i]);
    return total;
}

/* The VMM's tables: an RSDP, a root, two tables. */
#define VMM_RSDP (FAKE_MEMORY_BASE + 0x1000)
#define VMM_ROOT (FAKE_MEMORY_BASE + 0x2000)
#define VMM_FADT (FAKE_MEMORY_BASE + 0x3000)
#define VMM_SSDT (FAKE_MEMORY_BASE + 0x4000)

static void put_table(uint64_t address, const char *signature, const void *body, size_t size)
{
    struct acpi_header *header = (struct acpi_header *)(uintptr_t)address;
    memset(header, 0, sizeof *header);
    memcpy(&header->signature, signature, 4);
    memcpy(header->oem_id, "VMMVMM", 6);
    header->length = (uint32_t)(sizeof *header + size);
    memcpy(header + 1, body, size);
    header->checksum = (uint8_t)-sum(address, header->length);
}

static void put_machine(void)
{
    uint64_t tables[] = {VMM_FADT, 0, VMM_SSDT};
    put_table(VMM_FADT, "FACP", "x", 1);
    put_table(VMM_SSDT, "SSDT", "y", 1);
    put_table(VMM_ROOT, "XSDT", tables, sizeof tables);

    struct acpi_rsdp *rsdp = (struct acpi_rsdp *)VMM_RSDP;
    *rsdp = (struct acpi_rsdp){.signature = ACPI_RSDP_SIGNATURE,
                               .revision = 2,
                               .rsdt_address = 0x12345678,
                               .length = sizeof *rsdp,
                               .xsdt_address = VMM_ROOT};
    memcpy(rsdp->oem_id, "VMMVMM", 6);
    rsdp->checksum = (uint8_t)-sum(VMM_RSDP, 20);
    rsdp->extended_checksum = (uint8_t)-sum(VMM_RSDP, sizeof *rsdp);
}

/* The tables that an OS finds; checks all sums on the way. */
static size_t tables_seen(uint64_t seen[8])
{
    const struct acpi_rsdp *rsdp = (const struct acpi_rsdp *)(uintptr_t)published;
    assert_int_equal(rsdp->signature, ACPI_RSDP_SIGNATURE);
    assert_int_equal(rsdp->revision, 2);
    assert_int_equal(rsdp->rsdt_address, 0x12345678);
    assert_int_equal(sum((uintptr_t)rsdp, 20), 0);
    assert_int_equal(sum((uintptr_t)rsdp, rsdp->length), 0);
    const struct acpi_header *xsdt = (const struct acpi_header *)rsdp->xsdt_address;
    assert_memory_equal(&xsdt->signature, "XSDT", 4);
    assert_memory_equal(xsdt->oem_id, "VMMVMM", 6);
    assert_int_equal(sum((uintptr_t)xsdt, xsdt->length), 0);
    size_t count = 0;
    for (size_t i = 0; i < (xsdt->length - sizeof *xsdt) / 8; i++) {
        uint64_t address;
        memcpy(&address, (const uint8_t *)(xsdt + 1) + 8 * i, 8);
        if (address == 0)
            continue;
        assert_true(count < 8);
        seen[count++] = address;
        assert_int_equal(sum(address, ((const struct acpi_header *)address)->length), 0);
    }
    return count;
}

static int setup(void **state)
{
    if (fake_memory_setup(state) != 0)
        return -1;
    uint64_t at = VMM_RSDP;
    if (pages_allocate(AllocateAddress, EfiACPIReclaimMemory, 4, &at) != EFI_SUCCESS)
        return -1;
    put_machine();
    return acpi_root_init(VMM_RSDP) == EFI_SUCCESS ? 0 : -1;
}

static void test_untouched(void **state)
{
    assert_int_equal(changes, 0);
    assert_int_equal(acpi_root_first_table(0), VMM_FADT);
    assert_int_equal(acpi_root_first_table(1), VMM_SSDT);
    assert_int_equal(acpi_root_first_table(2), 0);
}

static struct {
    struct acpi_header header;
    uint8_t body[14];
} __attribute__((packed))
table = {.header = {.length = sizeof table, .checksum = 0x55}, .body = "hello"};

static EFI_STATUS install(const char *signature, size_t *key)
{
    memcpy(&table.header.signature, signature, 4);
    return p->InstallAcpiTable(p, &table, sizeof table, key);
}

static void test_install(void **state)
{
    uint64_t seen[8];
    size_t first, second, third;
    uint8_t before[0x4000];
    memcpy(before, (void *)VMM_RSDP, sizeof before);

    install_status = EFI_OUT_OF_RESOURCES;
    assert_int_equal(install("SSDT", &first), EFI_OUT_OF_RESOURCES);
    install_status = EFI_SUCCESS;
    assert_int_equal(install("SSDT", &first), EFI_SUCCESS);
    assert_int_equal(changes, 1);
    assert_int_not_equal(published, VMM_RSDP);
    assert_int_equal(install("HPET", &second), EFI_SUCCESS);
    assert_int_equal(install("SSDT", &third), EFI_SUCCESS);
    assert_int_equal(tables_seen(seen), 5);
    assert_int_equal(seen[0], VMM_FADT);
    assert_int_equal(seen[1], VMM_SSDT);
    assert_memory_equal((void *)seen[2], "SSDT", 4);
    assert_memory_equal((void *)seen[3], "HPET", 4);
    assert_memory_equal((uint8_t *)seen[3] + sizeof table.header, "hello", 5);
    assert_int_equal(pages_type(seen[3]), EfiACPIReclaimMemory);
    assert_int_equal(pages_type(published), EfiACPIReclaimMemory);

    assert_int_equal(p->UninstallAcpiTable(p, second), EFI_SUCCESS);
    assert_int_equal(p->UninstallAcpiTable(p, second), EFI_NOT_FOUND);
    assert_int_equal(tables_seen(seen), 4);
    assert_memory_equal((void *)seen[3], "SSDT", 4);
    assert_int_equal(install("HPET", &second), EFI_SUCCESS);
    assert_int_equal(p->UninstallAcpiTable(p, first), EFI_SUCCESS);
    assert_int_equal(p->UninstallAcpiTable(p, second), EFI_SUCCESS);
    assert_int_equal(p->UninstallAcpiTable(p, third), EFI_SUCCESS);
    assert_int_equal(tables_seen(seen), 2);
    assert_int_equal(pages_type(published), EfiACPIReclaimMemory);
    assert_memory_equal(before, (void *)VMM_RSDP, sizeof before);
}

static void test_refused(void **state)
{
    size_t key = 42, hpet;
    static const char *const denied[] = {"FACP", "DSDT", "FACS", "XSDT", "RSDT"};
    for (size_t i = 0; i < ARRAY_SIZE(denied); i++)
        assert_int_equal(install(denied[i], &key), EFI_ACCESS_DENIED);
    assert_int_equal(install("HPET", &hpet), EFI_SUCCESS);
    assert_int_equal(install("HPET", &key), EFI_ACCESS_DENIED);
    assert_int_equal(p->UninstallAcpiTable(p, hpet), EFI_SUCCESS);

    assert_int_equal(p->InstallAcpiTable(p, NULL, sizeof table, &key), EFI_INVALID_PARAMETER);
    assert_int_equal(p->InstallAcpiTable(p, &table, sizeof table, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(p->InstallAcpiTable(p, &table, sizeof table - 1, &key), EFI_INVALID_PARAMETER);
    assert_int_equal(p->InstallAcpiTable(p, &table, 8, &key), EFI_INVALID_PARAMETER);
    assert_int_equal(p->UninstallAcpiTable(p, 0), EFI_NOT_FOUND);
    assert_int_equal(p->UninstallAcpiTable(p, 12345), EFI_NOT_FOUND);
    assert_int_equal(key, 42);
}

static void test_many(void **state)
{
    size_t keys[80], count = 0;
    EFI_STATUS status;
    while ((status = install("OEM1", &keys[count])) == EFI_SUCCESS)
        assert_true(++count < 80);
    assert_int_equal(status, EFI_OUT_OF_RESOURCES);
    while (count > 0)
        assert_int_equal(p->UninstallAcpiTable(p, keys[--count]), EFI_SUCCESS);
}

/* Microsoft's Serial Port Console Redirection Table, revision 2, byte for byte. */
static const uint8_t spcr_of_com1[] = {
    'S',  'P',  'C',  'R',  80,   0,    0, 0, 2, 0,   'C', 'L', 'O', 'U', 'D', 'H', 'C', 'O', 'N',
    'S',  'O',  'L',  'E',  ' ',  1,    0, 0, 0, 'C', 'L', 'H', 'V', 1,   0,   0,   0, /* header */
    0,    0,    0,    0,                                                               /* a 16550 */
    1,    8,    0,    1,    0xf8, 0x03, 0, 0, 0, 0,   0,   0, /* port 0x3f8 */
    3,    4,    4,    0,    0,    0,                          /* 8259 and I/O APIC, IRQ 4, GSI 4 */
    7,    0,    1,    0,    2,    0, /* 115200 8N1, no flow control, VT-UTF8 */
    0xff, 0xff, 0xff, 0xff, 0,    0,    0, 0, 0, 0,   0,   0,   0,   0,   0,   0, /* no PCI device
                                                                                   */
};

static const char *console_option;

const char *host_option(const char *key)
{
    assert_string_equal(key, "console");
    return console_option;
}

static void publish_with(const char *option, bool has_8259)
{
    console_option = option;
    serial_table_publish(&(struct machine){.has_8259 = has_8259});
}

static void test_serial_console_of_the_vmm(void **state)
{
    uint64_t seen[8];
    put_table(VMM_SSDT, "SPCR", "y", 1);
    publish_with("spcr", false);
    assert_int_equal(tables_seen(seen), 2);
    put_machine();
}

static void test_serial_console(void **state)
{
    uint64_t seen[8];
    size_t key;
    uint8_t bytes[sizeof spcr_of_com1];
    publish_with("no-spcr", true);
    assert_int_equal(tables_seen(seen), 2);
    captured_log_start();
    publish_with("vga", true);
    assert_true(captured_log_has("cloudhv.console=vga is not known"));
    captured_log_stop();
    assert_int_equal(tables_seen(seen), 3);
    memcpy(bytes, (void *)seen[2], sizeof bytes);
    bytes[9] = 0; /* its sum is right: tables_seen() */
    assert_memory_equal(bytes, spcr_of_com1, sizeof bytes);
    publish_with(NULL, false); /* there is one */
    assert_int_equal(tables_seen(seen), 3);
    assert_int_equal(install("SPCR", &key), EFI_ACCESS_DENIED);
}

static void test_bad_roots(void **state)
{
    struct acpi_rsdp *rsdp = (struct acpi_rsdp *)VMM_RSDP;
    struct acpi_header *root = (struct acpi_header *)VMM_ROOT;
    put_machine();
    root->checksum++;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    put_machine();
    root->length = 0xffffffff;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    root->length = 35;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    put_machine();
    rsdp->revision = 1;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    put_machine();
    rsdp->xsdt_address = FAKE_MEMORY_BASE - 8;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    rsdp->xsdt_address = 0xfffffffffffffff0;
    assert_int_equal(acpi_root_init(VMM_RSDP), EFI_NOT_FOUND);
    assert_int_equal(acpi_root_init(0), EFI_NOT_FOUND);
    assert_int_equal(acpi_root_init(FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - 19), EFI_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_untouched),
        cmocka_unit_test(test_install),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_serial_console_of_the_vmm),
        cmocka_unit_test(test_serial_console),
        cmocka_unit_test(test_bad_roots),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
