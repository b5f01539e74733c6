/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ACPI tables that are not as they should be: one thing is spoilt at a time on Cloud Hypervisor's
 * and QEMU's tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/captured_log.h"
#include "models/memory_fixture.h"
#include "platform/acpi_machine.h"
#include "platform/acpi_publish.h"
#include "platform/acpi_tables.h"

#define RSDP 0xa0000u
#define XSDT 0xa13f5u
#define FACP 0xa1253u
#define MADT 0xa1367u
#define MCFG 0xa13b9u

static struct memory_fixture t;
static struct memory_map map;
static struct acpi_tables tables;

static int set_up(void **state)
{
    captured_log_start();
    memory_fixture_load(&t, "cloud-hypervisor/memory-512M-one-disk.txt");
    map.count = 0;
    assert_int_equal(memory_map_add(&map, 0, 0xa0000, MEMORY_RAM), EFI_SUCCESS);
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static uint8_t *at(uint64_t address)
{
    return memory_fixture_at(&t, address);
}

static void set32(uint64_t address, uint32_t value)
{
    memcpy(at(address), &value, sizeof value);
}

static void set64(uint64_t address, uint64_t value)
{
    memcpy(at(address), &value, sizeof value);
}

/* Makes the checksum byte at `where` right for [address, address + size). */
static void mend(uint64_t address, size_t size, uint64_t where)
{
    uint8_t sum = 0;
    *at(where) = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + *at(address + i));
    *at(where) = (uint8_t)-sum;
}

static void mend_table(uint64_t address)
{
    uint32_t length;
    memcpy(&length, at(address + 4), sizeof length);
    mend(address, length, address + 9);
}

static void mend_rsdp(uint64_t address)
{
    mend(address, 20, address + 8);
    mend(address, 36, address + 32);
}

static void find(void)
{
    acpi_find_tables(RSDP, &map, &tables);
}

static void good_tables_are_found(void **state)
{
    find();
    assert_int_equal(tables.rsdp, RSDP);
    assert_int_equal(tables.revision, 2);
    assert_memory_equal(tables.oem_id, "CLOUDH", 6);
    assert_true(tables.root_is_xsdt);
    assert_int_equal(tables.root.address, XSDT);
    assert_int_equal(tables.root.size, 60);
    assert_int_equal(tables.fadt.address, FACP);
    assert_int_equal(tables.fadt.size, 276);
    assert_int_equal(tables.madt.address, MADT);
    assert_int_equal(tables.mcfg.address, MCFG);
    assert_int_equal(tables.dsdt.address, 0xa0024);
    assert_int_equal(captured_log_lines(), 0);
}

static void a_bad_rsdp_is_not_taken(void **state)
{
    *at(RSDP + 9) ^= 1; /* both checksums */
    find();
    assert_int_equal(tables.rsdp, 0);
    assert_true(captured_log_has("no ACPI RSDP at 0xa0000"));
    assert_true(captured_log_has("has no ACPI tables"));

    *at(RSDP + 9) ^= 1;
    *at(RSDP + 33) ^= 1; /* the second one only */
    find();
    assert_int_equal(tables.rsdp, 0);
}

static void an_rsdp_with_a_bad_length_is_not_taken(void **state)
{
    const uint32_t lengths[] = {0, 20, 35, 257, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        set32(RSDP + 20, lengths[i]);
        mend_rsdp(RSDP);
        find();
        assert_int_equal(tables.rsdp, 0);
    }
}

static void a_wrong_hint_leads_to_a_search(void **state)
{
    const uint64_t hints[] = {0, 0x123, 0xf0000, 0x100000, UINT64_MAX, 1ull << 32};
    memcpy(at(0xffff0 - 32), at(RSDP), 36);
    memset(at(RSDP), 0, 36);
    for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
        acpi_find_tables(hints[i], &map, &tables);
        assert_int_equal(tables.rsdp, 0xfffd0);
        assert_int_equal(tables.fadt.address, FACP);
    }
}

static void a_false_rsdp_before_the_right_one_is_passed_over(void **state)
{
    memcpy(at(0xe0000), at(RSDP), 36);
    memcpy(at(0xe0100), at(RSDP), 36);
    memcpy(at(0xffff0), at(RSDP), 16); /* cut off at the end of the area */
    *at(0xe0000 + 9) ^= 1;
    memset(at(RSDP), 0, 36);
    acpi_find_tables(0, &map, &tables);
    assert_int_equal(tables.rsdp, 0xe0100);
}

static void a_mad_ebda_pointer_is_not_followed(void **state)
{
    const uint16_t segments[] = {0, 1, 0x3f, 0xdfff, 0xffff};
    memset(at(RSDP), 0, 36);
    for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
        memcpy(at(0x40e), &segments[i], 2);
        acpi_find_tables(0, &map, &tables);
        assert_int_equal(tables.rsdp, 0);
    }
}

static void no_root(const char *why)
{
    captured_log_stop();
    captured_log_start();
    find();
    assert_int_equal(tables.rsdp, RSDP);
    assert_int_equal(tables.root.address, 0);
    assert_int_equal(tables.fadt.address, 0);
    assert_int_equal(tables.dsdt.address, 0);
    assert_true(captured_log_has(why));
    assert_true(captured_log_has("no usable root table"));
}

static void a_bad_xsdt_is_refused(void **state)
{
    *at(XSDT + 30) ^= 1;
    no_root("XSDT at 0xa13f5 has a wrong checksum");
    *at(XSDT + 30) ^= 1;

    const uint32_t lengths[] = {0, 35, 0x10000000, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        set32(XSDT + 4, lengths[i]);
        no_root("XSDT at 0xa13f5 has length");
    }
    set32(XSDT + 4, 60);
    memcpy(at(XSDT), "XXXX", 4);
    mend_table(XSDT);
    no_root("wrong signature");
}

static void an_xsdt_out_of_memory_is_refused(void **state)
{
    const uint64_t addresses[] = {1, 0xffff8, 0x100000, 1ull << 32, UINT64_MAX - 3};
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        set64(RSDP + 24, addresses[i]);
        mend_rsdp(RSDP);
        no_root("is not in memory");
    }
}

static void tables_out_of_memory_are_passed_over(void **state)
{
    set64(XSDT + 36, 0x40000000);
    set64(XSDT + 44, 0);
    mend_table(XSDT);
    find();
    assert_int_equal(tables.fadt.address, 0);
    assert_int_equal(tables.madt.address, 0);
    assert_int_equal(tables.mcfg.address, MCFG);
    assert_int_equal(captured_log_lines(), 1);
    assert_true(captured_log_has("table at 0x40000000 is not in memory"));
}

static void bad_tables_are_passed_over(void **state)
{
    *at(FACP + 50) ^= 1;
    set32(MADT + 4, 0x80000000);
    find();
    assert_int_equal(tables.fadt.address, 0);
    assert_int_equal(tables.dsdt.address, 0);
    assert_int_equal(tables.madt.address, 0);
    assert_int_equal(tables.mcfg.address, MCFG);
    assert_true(captured_log_has("FACP at 0xa1253 has a wrong checksum"));
    assert_true(captured_log_has("APIC at 0xa1367 has length 2147483648"));
}

static void an_odd_root_length_loses_the_last_entry(void **state)
{
    set32(XSDT + 4, 59);
    mend_table(XSDT);
    find();
    assert_int_equal(tables.madt.address, MADT);
    assert_int_equal(tables.mcfg.address, 0);
}

static void a_bad_dsdt_is_not_taken(void **state)
{
    *at(0xa0100) ^= 1;
    find();
    assert_int_equal(tables.dsdt.address, 0);
    assert_true(captured_log_has("DSDT at 0xa0024 has a wrong checksum"));
    *at(0xa0100) ^= 1;
    memcpy(at(0xa0024), "SSDT", 4);
    mend_table(0xa0024);
    find();
    assert_int_equal(tables.dsdt.address, 0);
    assert_true(captured_log_has("DSDT at 0xa0024 has a wrong signature"));
}

static void a_short_fadt_tells_nothing(void **state)
{
    struct machine_power power = {0};
    uint16_t port = 0;
    find();
    set32(FACP + 4, 115);
    struct acpi_table fadt = {FACP, 115};
    acpi_read_fadt(&fadt, &power, &port);
    assert_int_equal(port, 0);
    assert_int_equal(power.reset.width_bits, 0);
    assert_true(captured_log_has("FADT has only 115 bytes"));
}

static void fadt_registers(void **state)
{
    const struct {
        struct acpi_gas gas;
        struct acpi_register expected;
    } cases[] = {
        {{1, 8, 0, 0, 0xcf9}, {true, 8, 1, 0xcf9}},
        {{1, 16, 0, 0, 0x604}, {true, 16, 2, 0x604}},
        {{1, 32, 0, 0, 0x604}, {true, 32, 4, 0x604}},
        {{1, 32, 0, 1, 0x604}, {true, 32, 1, 0x604}},
        {{0, 64, 0, 4, 0xfe000000}, {false, 64, 4, 0xfe000000}},
        {{1, 24, 0, 9, 0x604}, {true, 24, 2, 0x604}},
        {{1, 0, 0, 0, 0x604}, {true, 8, 1, 0x604}},
        {{1, 8, 0, 0, 0x10000}, {0}}, /* no such port */
        {{2, 8, 0, 0, 0x600}, {0}},   /* PCI configuration space */
        {{0, 8, 0, 0, 0}, {0}},
    };
    struct acpi_table fadt = {FACP, 276};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct machine_power power = {0};
        uint16_t port;
        memcpy(at(FACP + 116), &cases[i].gas, 12);
        acpi_read_fadt(&fadt, &power, &port);
        assert_int_equal(power.reset.is_io, cases[i].expected.is_io);
        assert_int_equal(power.reset.width_bits, cases[i].expected.width_bits);
        assert_int_equal(power.reset.access_bytes, cases[i].expected.access_bytes);
        assert_int_equal(power.reset.address, cases[i].expected.address);
    }
}

static void a_malformed_madt_ends(void **state)
{
    struct acpi_interrupts found;
    struct acpi_table madt = {MADT, 0x52};
    const uint8_t lengths[] = {0, 1, 255};
    for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
        *at(MADT + 44 + 1) = lengths[i];
        acpi_read_madt(&madt, &found);
        assert_int_equal(found.processor_count, 1);
        assert_int_equal(found.io_apic_count, 0);
    }
    assert_true(captured_log_has("malformed entry at offset 44"));
}

static void too_many_io_apics_are_told(void **state)
{
    /* Entries of type 1 only. */
    for (unsigned i = 0; i < 9; i++) {
        const uint8_t entry[12] = {1, 12, (uint8_t)i, 0, 0, 0, 0xc0, 0xfe};
        memcpy(at(0x10000 + 44 + 12 * i), entry, 12);
    }
    struct acpi_table madt = {0x10000, 44 + 9 * 12};
    struct acpi_interrupts found;
    acpi_read_madt(&madt, &found);
    assert_int_equal(found.io_apic_count, ACPI_IO_APICS_MAX);
    assert_true(captured_log_has("one too many"));
}

static void mcfg_entries_are_judged(void **state)
{
    const struct acpi_mcfg_allocation entries[] = {
        {0xe8100000, 1, 0, 0, 0},           /* good; not first in the result */
        {0, 5, 0, 255, 0},                  /* no address */
        {0xe8000800, 6, 0, 0, 0},           /* not aligned */
        {0xe8000000, 7, 9, 8, 0},           /* buses backwards */
        {0xfffffffffff00000, 8, 0, 255, 0}, /* wraps around */
        {0xe8000000, 0, 0, 0, 0},           /* good */
        {0xd0000000, 0, 0, 255, 0},         /* segment 0 again */
    };
    memcpy(at(0x10000 + 44), entries, sizeof entries);
    struct acpi_table mcfg = {0x10000, 44 + sizeof entries + 3};
    struct pci_segment segments[8];
    assert_int_equal(acpi_read_mcfg(&mcfg, segments, 8), 2);
    assert_int_equal(segments[0].segment, 0);
    assert_int_equal(segments[0].ecam, 0xe8000000);
    assert_int_equal(segments[1].segment, 1);
    assert_int_equal(segments[1].ecam, 0xe8100000);
    assert_int_equal(captured_log_lines(), 5);
    assert_int_equal(acpi_read_mcfg(&mcfg, segments, 1), 1);
}

/* Publishing (DESIGN decision 14) */

static void revision_2_is_published_as_it_is(void **state)
{
    const struct machine machine = {.rsdp = RSDP};
    struct acpi_publication p;
    assert_int_equal(acpi_publish_size(&machine), 0);
    assert_int_equal(acpi_publish(&machine, NULL, 0, &p), EFI_SUCCESS);
    assert_int_equal(p.acpi10, 0);
    assert_int_equal(p.acpi20, RSDP);
}

static void no_tables_are_not_published(void **state)
{
    const struct machine machine = {0};
    struct acpi_publication p;
    assert_int_equal(acpi_publish_size(&machine), 0);
    assert_int_equal(acpi_publish(&machine, NULL, 0, &p), EFI_NOT_FOUND);
}

static void revision_0_gets_an_rsdp_beside_it(void **state)
{
    memory_fixture_free(&t);
    memory_fixture_load(&t, "qemu/q35.txt");
    const struct machine machine = {.rsdp = 0xf59d0, .rsdt = 0x1ffe2297, .rsdt_size = 56};
    uint64_t memory[64];
    struct acpi_publication p;
    size_t size = acpi_publish_size(&machine);
    assert_int_equal(size, 40 + 36 + 5 * 8);
    assert_int_equal(acpi_publish(&machine, memory, size - 1, &p), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(acpi_publish(&machine, memory, size, &p), EFI_SUCCESS);
    assert_int_equal(p.acpi10, 0xf59d0);
    assert_int_equal(p.acpi20, (uintptr_t)memory);

    /* What the OS finds there are the same tables. */
    const struct acpi_rsdp *rsdp = (struct acpi_rsdp *)memory;
    assert_int_equal(rsdp->revision, 2);
    assert_int_equal(rsdp->length, 36);
    assert_int_equal(rsdp->rsdt_address, 0x1ffe2297);
    assert_memory_equal(rsdp->oem_id, "BOCHS ", 6);
    const uint8_t *bytes = (const uint8_t *)memory, *xsdt = bytes + 40;
    uint8_t sum1 = 0, sum2 = 0, sum3 = 0;
    for (int i = 0; i < 36; i++) {
        sum1 = (uint8_t)(sum1 + (i < 20 ? bytes[i] : 0));
        sum2 = (uint8_t)(sum2 + bytes[i]);
    }
    for (int i = 0; i < 76; i++)
        sum3 = (uint8_t)(sum3 + xsdt[i]);
    assert_int_equal(sum1 | sum2 | sum3, 0);
    assert_int_equal(rsdp->xsdt_address, (uintptr_t)xsdt);
    assert_memory_equal(xsdt, "XSDT", 4);
    assert_memory_equal(xsdt + 10, "BOCHS BXPC    ", 14);
    for (int i = 0; i < 5; i++) {
        uint64_t entry;
        uint32_t old;
        memcpy(&entry, xsdt + 36 + 8 * i, 8);
        memcpy(&old, at(0x1ffe2297 + 36 + 4u * (unsigned)i), 4);
        assert_int_equal(entry, old);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(good_tables_are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_rsdp_is_not_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_rsdp_with_a_bad_length_is_not_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_hint_leads_to_a_search, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_false_rsdp_before_the_right_one_is_passed_over, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_mad_ebda_pointer_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_xsdt_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_xsdt_out_of_memory_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tables_out_of_memory_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_tables_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_odd_root_length_loses_the_last_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_dsdt_is_not_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_short_fadt_tells_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fadt_registers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_malformed_madt_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_many_io_apics_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(mcfg_entries_are_judged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(revision_2_is_published_as_it_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_tables_are_not_published, set_up, tear_down),
        cmocka_unit_test_setup_teardown(revision_0_gets_an_rsdp_beside_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
