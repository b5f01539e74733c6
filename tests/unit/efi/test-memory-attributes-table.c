/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_MEMORY_ATTRIBUTES_TABLE (UEFI 2.10 §4.6.4) over a page map with page protections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/pool.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "efi/system_table.h"
#include "unit/efi/fake-memory.h"

static EFI_MEMORY_ATTRIBUTES_TABLE *table;
static unsigned installed;

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table)
{
    assert_true(guid_equal(Guid, GUID_OF(EFI_MEMORY_ATTRIBUTES_TABLE)));
    table = Table;
    installed++;
    return EFI_SUCCESS;
}

EFI_STATUS pool_allocate_type(uint32_t type, size_t size, void **ret)
{
    assert_int_equal(type, EfiACPIReclaimMemory);
    *ret = malloc(size); /* ASan sees every overrun */
    return EFI_SUCCESS;
}

EFI_STATUS pool_release(void *memory)
{
    free(memory);
    return EFI_SUCCESS;
}

static uint64_t runtime_pages(uint64_t count)
{
    uint64_t address;
    assert_int_equal(pages_allocate(AllocateAnyPages, EfiRuntimeServicesCode, count, &address),
                     EFI_SUCCESS);
    return address;
}

static uint64_t described_pages(void)
{
    uint64_t pages = 0;
    for (uint32_t i = 0; i < table->NumberOfEntries; i++) {
        assert_int_equal(table->Entry[i].Type, EfiRuntimeServicesCode);
        pages += table->Entry[i].NumberOfPages;
    }
    return pages;
}

static void runs_of_protections_are_entries(void **state)
{
    uint64_t base = runtime_pages(4);
    fake_protect(base, 0x1000, PAGE_READ);
    fake_protect(base + 0x1000, 0x2000, PAGE_READ_EXECUTE);
    assert_int_equal(memory_attributes_publish(), EFI_SUCCESS);
    assert_int_equal(table->NumberOfEntries, 3);
    assert_int_equal(table->Entry[0].Attribute, EFI_MEMORY_RUNTIME | EFI_MEMORY_RO | EFI_MEMORY_XP);
    assert_int_equal(table->Entry[1].Attribute, EFI_MEMORY_RUNTIME | EFI_MEMORY_RO);
    assert_int_equal(table->Entry[1].NumberOfPages, 2);
    assert_int_equal(table->Entry[2].Attribute, EFI_MEMORY_RUNTIME | EFI_MEMORY_XP);
    assert_int_equal(table->Entry[2].PhysicalStart, base + 0x3000);
}

static void the_table_grows_with_runtime_memory(void **state)
{
    uint64_t base = runtime_pages(1000);
    for (uint64_t i = 0; i < 1000; i += 2)
        fake_protect(base + i * EFI_PAGE_SIZE, EFI_PAGE_SIZE, PAGE_READ);
    unsigned before = installed;
    memory_attributes_reserve();
    assert_int_equal(installed, before + 1);
    assert_int_equal(described_pages(), 1004);
    memory_attributes_reserve();
    assert_int_equal(installed, before + 1);

    /* What changes when the map is known fits as well, if it is little, and never overruns. */
    fake_protect(base, EFI_PAGE_SIZE, PAGE_READ_WRITE);
    memory_attributes_update();
    assert_int_equal(described_pages(), 1004);
    for (uint64_t i = 0; i < 1000; i += 4)
        fake_protect(base + i * EFI_PAGE_SIZE, EFI_PAGE_SIZE, PAGE_READ_EXECUTE);
    memory_attributes_update();
    assert_in_range(described_pages(), 500, 1004);
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_protections_are_entries),
        cmocka_unit_test(the_table_grows_with_runtime_memory),
    };
    return cmocka_run_group_tests(tests, fake_memory_setup, NULL);
}
