/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/io.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/protocols/smbios.h"
#include "efi/smbios_records.h"
#include "efi/tpl.h"
#include "host/pool.h"
#include "unit/efi/fake-memory.h"

static EFI_SMBIOS_PROTOCOL *p = &smbios_protocol;
static uint64_t published2, published3;

EFI_TPL tpl_raise_to(EFI_TPL tpl)
{
    return TPL_APPLICATION;
}

void EFIAPI efi_restore_tpl(EFI_TPL OldTpl)
{
}

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table)
{
    if (guid_equal(Guid, GUID_OF(SMBIOS3_TABLE)))
        published3 = (uintptr_t)Table;
    else
        published2 = (uintptr_t)Table;
    return EFI_SUCCESS;
}

void *phys_to_virt(uint64_t address, uint64_t size)
{
    assert_in_range(address, FAKE_MEMORY_BASE, FAKE_MEMORY_BASE + FAKE_MEMORY_SIZE - size);
    return (void *)(uintptr_t)address;
}

#define ENTRY2 (FAKE_MEMORY_BASE + 0x1000)
#define ENTRY3 (FAKE_MEMORY_BASE + 0x1040)
#define TABLE  (FAKE_MEMORY_BASE + 0x2000)

static const char vmm_table[] = "\x00\x06\x00\x00\x01\x02"
                                "Maker\0Version\0\0" /* BIOS information */
                                "\x01\x04\x01\x00"
                                "\0\0" /* no strings */
                                "\x7f\x04\xff\xfe"
                                "\0\0"
                                "behind";

static void put_machine(void)
{
    struct smbios3_entry *entry3 = (struct smbios3_entry *)ENTRY3;
    struct smbios2_entry *entry2 = (struct smbios2_entry *)ENTRY2;
    memcpy((void *)TABLE, vmm_table, sizeof vmm_table);
    *entry3 = (struct smbios3_entry){.anchor = "_SM3_",
                                     .length = 24,
                                     .major_version = 3,
                                     .minor_version = 2,
                                     .table_max_size = sizeof vmm_table,
                                     .table_address = TABLE};
    *entry2 = (struct smbios2_entry){.anchor = "_SM_",
                                     .length = 31,
                                     .major_version = 2,
                                     .minor_version = 8,
                                     .intermediate_anchor = "_DMI_",
                                     .table_length = sizeof vmm_table,
                                     .table_address = (uint32_t)TABLE,
                                     .structure_count = 3};
}

static int fresh(void **state)
{
    put_machine();
    published2 = published3 = 0;
    return smbios_protocol_init(ENTRY2, ENTRY3) == EFI_SUCCESS ? 0 : -1;
}

static int done(void **state)
{
    return smbios_protocol_init(0, 0) == EFI_NOT_FOUND ? 0 : -1;
}

static int setup(void **state)
{
    uint64_t at = ENTRY2;
    if (fake_memory_setup(state) != 0)
        return -1;
    return pages_allocate(AllocateAddress, EfiReservedMemoryType, 2, &at) == EFI_SUCCESS ? 0 : -1;
}

static uint8_t sum(const void *data, size_t size)
{
    uint8_t total = 0;
    for (size_t i = 0; i < size; i++)
        total = (uint8_t)(total + ((const uint8_t *)data)[i]);
    return total;
}

/* Compares what the OS finds with `expected`. */
static void expect_table(const char *expected, size_t size, uint16_t count)
{
    const struct smbios3_entry *entry3 = (const struct smbios3_entry *)(uintptr_t)published3;
    const struct smbios2_entry *entry2 = (const struct smbios2_entry *)(uintptr_t)published2;
    assert_memory_equal(entry3->anchor, "_SM3_", 5);
    assert_int_equal(sum(entry3, 24), 0);
    assert_int_equal(entry3->major_version, 3);
    assert_int_equal(entry3->table_max_size, size);
    assert_memory_equal((const void *)entry3->table_address, expected, size);
    assert_memory_equal(entry2->anchor, "_SM_", 4);
    assert_int_equal(sum(entry2, 31), 0);
    assert_int_equal(sum(entry2->intermediate_anchor, 15), 0);
    assert_int_equal(entry2->table_length, size);
    assert_int_equal(entry2->table_address, entry3->table_address);
    assert_int_equal(entry2->structure_count, count);
    assert_int_equal(published2 % 16, 0);
    assert_int_equal(pages_type(published3), EfiACPIReclaimMemory);
    assert_memory_equal((void *)TABLE, vmm_table, sizeof vmm_table); /* the VMM's own stays */
}

static void test_walk(void **state)
{
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED;
    EFI_SMBIOS_TABLE_HEADER *record;
    EFI_SMBIOS_TYPE type = 1;
    EFI_HANDLE producer = &handle;
    assert_int_equal(p->MajorVersion, 3);
    assert_int_equal(p->MinorVersion, 2);
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, &producer), EFI_SUCCESS);
    assert_int_equal(handle, 0);
    assert_int_equal(record->Type, 0);
    assert_null(producer);
    assert_memory_equal((char *)record + 6, "Maker", 6);
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, NULL), EFI_SUCCESS);
    assert_int_equal(handle, 1);
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, NULL), EFI_NOT_FOUND);
    assert_int_equal(handle, SMBIOS_HANDLE_PI_RESERVED);
    assert_int_equal(p->GetNext(p, &handle, &type, &record, NULL), EFI_SUCCESS);
    assert_int_equal(handle, 1);
    handle = 77;
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, NULL), EFI_NOT_FOUND);
    assert_int_equal(p->GetNext(p, NULL, NULL, &record, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(published3, 0); /* reading changes nothing */
}

static void test_change(void **state)
{
    char record[] = "\x0b\x05\x00\x00\x01"
                    "one\0two\0";
    char name[] = "A longer name";
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED;
    size_t string = 1;
    assert_int_equal(p->Add(p, &handle, &handle, (EFI_SMBIOS_TABLE_HEADER *)record), EFI_SUCCESS);
    assert_int_equal(handle, 2);
    static const char added[] = "\x00\x06\x00\x00\x01\x02"
                                "Maker\0Version\0\0"
                                "\x01\x04\x01\x00"
                                "\0\0"
                                "\x0b\x05\x02\x00\x01"
                                "one\0two\0\0"
                                "\x7f\x04\xff\xfe"
                                "\0";
    expect_table(added, sizeof added, 4);
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)record),
                     EFI_ALREADY_STARTED);

    assert_int_equal(p->UpdateString(p, &handle, &string, name), EFI_SUCCESS);
    string = 2;
    assert_int_equal(p->UpdateString(p, &handle, &string, name + 9), EFI_SUCCESS);
    handle = 0;
    string = 1;
    assert_int_equal(p->UpdateString(p, &handle, &string, name + 12), EFI_SUCCESS);
    static const char updated[] = "\x00\x06\x00\x00\x01\x02"
                                  "e\0Version\0\0"
                                  "\x01\x04\x01\x00"
                                  "\0\0"
                                  "\x0b\x05\x02\x00\x01"
                                  "A longer name\0name\0\0"
                                  "\x7f\x04\xff\xfe"
                                  "\0";
    expect_table(updated, sizeof updated, 4);

    assert_int_equal(p->Remove(p, 0), EFI_SUCCESS);
    assert_int_equal(p->Remove(p, 2), EFI_SUCCESS);
    static const char removed[] = "\x01\x04\x01\x00"
                                  "\0\0"
                                  "\x7f\x04\xff\xfe"
                                  "\0";
    expect_table(removed, sizeof removed, 2);
    assert_int_equal(p->Remove(p, 2), EFI_INVALID_PARAMETER);
}

static void test_errors(void **state)
{
    char record[] = "\x0b\x05\x00\x00\x01"
                    "one\0";
    static char longest[(64 << 10) + 1];
    char end[] = "\x7f\x04\x09\x00"
                 "\0";
    EFI_SMBIOS_HANDLE handle = 5;
    size_t string = 3;
    char *last = &longest[sizeof longest - 2];
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(p->Add(p, NULL, NULL, (EFI_SMBIOS_TABLE_HEADER *)record),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(p->Add(p, NULL, &handle, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)end),
                     EFI_INVALID_PARAMETER);
    record[1] = 3;
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)record),
                     EFI_INVALID_PARAMETER);
    record[1] = 5;
    handle = 0xffff;
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)record),
                     EFI_INVALID_PARAMETER);
    handle = 5;
    host_fail_allocation_after(0);
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)record),
                     EFI_OUT_OF_RESOURCES);
    host_fail_allocation_after(SIZE_MAX);

    assert_int_equal(p->UpdateString(p, &handle, &string, last), EFI_INVALID_PARAMETER);
    handle = 0;
    assert_int_equal(p->UpdateString(p, &handle, &string, last), EFI_NOT_FOUND);
    string = 0;
    assert_int_equal(p->UpdateString(p, &handle, &string, last), EFI_NOT_FOUND);
    string = 2;
    assert_int_equal(p->UpdateString(p, &handle, &string, longest), EFI_UNSUPPORTED);
    assert_int_equal(p->UpdateString(p, &handle, &string, last + 1), EFI_UNSUPPORTED);
    assert_int_equal(p->UpdateString(p, &handle, &string, last - 100), EFI_SUCCESS);

    /* More than an SMBIOS 2 entry point can tell of: nothing changes. */
    static char big[60000] = "\x0b\x04\x00\x00";
    memset(big + 4, 'y', sizeof big - 6);
    handle = SMBIOS_HANDLE_PI_RESERVED;
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)big), EFI_SUCCESS);
    handle = SMBIOS_HANDLE_PI_RESERVED;
    assert_int_equal(p->Add(p, NULL, &handle, (EFI_SMBIOS_TABLE_HEADER *)big),
                     EFI_OUT_OF_RESOURCES);
    assert_int_equal(handle, SMBIOS_HANDLE_PI_RESERVED);
    assert_int_equal(p->Remove(p, 2), EFI_SUCCESS);
}

static void test_bad_tables(void **state)
{
    struct smbios3_entry *entry3 = (struct smbios3_entry *)ENTRY3;
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED;
    EFI_SMBIOS_TABLE_HEADER *record;
    entry3->table_address = 0xfffffffffffffff0;
    assert_int_equal(smbios_protocol_init(ENTRY2, ENTRY3), EFI_NOT_FOUND);
    entry3->table_address = TABLE;
    entry3->table_max_size = 0xffffffff;
    assert_int_equal(smbios_protocol_init(ENTRY2, ENTRY3), EFI_NOT_FOUND);
    for (uint32_t size = 0; size < 21; size++) { /* the first structure is cut */
        entry3->table_max_size = size;
        assert_int_equal(smbios_protocol_init(0, ENTRY3), EFI_NOT_FOUND);
    }
    entry3->table_max_size = sizeof vmm_table;
    ((uint8_t *)TABLE)[23] = 0; /* the second structure has the handle of the first */
    assert_int_equal(smbios_protocol_init(0, ENTRY3), EFI_SUCCESS);
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, NULL), EFI_SUCCESS);
    assert_int_equal(p->GetNext(p, &handle, NULL, &record, NULL), EFI_NOT_FOUND);
    assert_int_equal(smbios_protocol_init(ENTRY2, 0), EFI_SUCCESS);
    assert_int_equal(p->MajorVersion, 2);
    ((uint8_t *)TABLE)[2] = 0xfe; /* a reserved handle */
    ((uint8_t *)TABLE)[3] = 0xff;
    assert_int_equal(smbios_protocol_init(0, ENTRY3), EFI_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_walk, fresh, done),
        cmocka_unit_test_setup_teardown(test_change, fresh, done),
        cmocka_unit_test_setup_teardown(test_errors, fresh, done),
        cmocka_unit_test_setup_teardown(test_bad_tables, fresh, done),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
