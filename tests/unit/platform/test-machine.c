/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The whole discovery over dumps of real machines (tests/fixtures). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hw/pvh.h"
#include "models/captured_log.h"
#include "models/cpu.h"
#include "models/fw_cfg.h"
#include "models/memory_fixture.h"
#include "models/windows.h"
#include "platform/machine.h"

static struct memory_fixture t;
static struct fw_cfg_model fw_cfg;
static const struct machine *m;

static int set_up(void **state)
{
    fake_cpu_reset();
    captured_log_start();
    return 0;
}

static int tear_down(void **state)
{
    captured_log_stop();
    memory_fixture_free(&t);
    return 0;
}

static void discover(const char *name)
{
    memory_fixture_load(&t, name);
    t.bus.strict = true;
    assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
    assert_int_equal(captured_log_lines(), 0);
    assert_int_equal(t.bus.reads + t.bus.writes, 0); /* no exit */
}

#define EXPECT_MEMORY(...)                                                                         \
    do {                                                                                           \
        const struct memory_range ranges[] = {__VA_ARGS__};                                        \
        assert_int_equal(m->memory_count, ARRAY_SIZE(ranges));                                     \
        for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {                                          \
            assert_int_equal(m->memory[i].base, ranges[i].base);                                   \
            assert_int_equal(m->memory[i].base + m->memory[i].size, ranges[i].size);               \
            assert_int_equal(m->memory[i].kind, ranges[i].kind);                                   \
        }                                                                                          \
    } while (0)

/* Here the second number is the end. */
#define RANGE(base, end, kind)                                                                     \
    {                                                                                              \
        base, end, kind                                                                            \
    }

static void expect_register(const struct acpi_register *r, bool is_io, unsigned width,
                            unsigned access, uint64_t address)
{
    assert_int_equal(r->is_io, is_io);
    assert_int_equal(r->width_bits, width);
    assert_int_equal(r->access_bytes, access);
    assert_int_equal(r->address, address);
}

static void expect_absent(const struct acpi_register *r)
{
    assert_int_equal(r->width_bits, 0);
}

static void expect_window(const struct pci_window *window, uint64_t first, uint64_t last)
{
    assert_int_equal(window->base, first);
    assert_int_equal(window->base + window->size - 1, last);
}

static void expect_segment(size_t index, uint16_t segment, uint8_t first, uint8_t last,
                           uint64_t ecam)
{
    assert_in_range(index, 0, m->pci_segment_count - 1);
    assert_int_equal(m->pci_segments[index].segment, segment);
    assert_int_equal(m->pci_segments[index].bus_start, first);
    assert_int_equal(m->pci_segments[index].bus_end, last);
    assert_int_equal(m->pci_segments[index].ecam, ecam);
}

/* What all of Cloud Hypervisor's machines have in common. */
static void expect_cloud_hypervisor(void)
{
    assert_int_equal(m->vmm, VMM_CLOUD_HYPERVISOR);
    assert_string_equal(m->vmm_name, "Cloud Hypervisor");
    assert_int_equal(m->rsdp, 0xa0000);
    assert_int_equal(m->rsdt, 0);
    assert_int_equal(m->dsdt, 0xa0024);
    assert_true(m->power.hardware_reduced);
    expect_register(&m->power.reset, true, 8, 1, 0x600);
    assert_int_equal(m->power.reset_value, 1);
    expect_register(&m->power.sleep_control, true, 8, 1, 0x600);
    expect_absent(&m->power.pm1a_control);
    expect_absent(&m->power.pm1b_control);
    assert_true(m->power.has_s5);
    assert_int_equal(m->power.s5_type_a, 5);
    assert_int_equal(m->power.s5_type_b, 5);
    assert_int_equal(m->power.century_register, 0);
    assert_false(m->power.no_cmos_rtc);
    assert_int_equal(m->pm_timer_port, 0x608);
    assert_false(m->has_8259);
    assert_int_equal(m->local_apic, 0xfee00000);
    assert_int_equal(m->io_apic_count, 1);
    assert_int_equal(m->io_apics[0], 0xfec00000);
    assert_int_equal(m->pci_segment_count, 1);
    expect_segment(0, 0, 0, 0, 0xe8000000);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_32), 0xc0000000, 0xe7ffffff);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_IO), 0x1000, 0xffff);
    assert_int_equal(m->smbios2, 0);
    assert_int_equal(m->smbios3, 0xf0000);
}

static void cloud_hypervisor_with_512_mib(void **state)
{
    discover("cloud-hypervisor/memory-512M-one-disk.txt");
    expect_cloud_hypervisor();
    EXPECT_MEMORY(RANGE(0, 0xa0000, MEMORY_RAM), RANGE(0xa0000, 0x100000, MEMORY_ACPI),
                  RANGE(0x100000, 0x20000000, MEMORY_RAM),
                  RANGE(0xe8000000, 0xf8000000, MEMORY_RESERVED));
    assert_int_equal(m->dsdt_size, 0x122f);
    assert_int_equal(m->processor_count, 1);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_64), 0x100000000, 0x3fffffeeffff);
    assert_string_equal(m->command_line, "console=ttyS0 hello");
    assert_int_equal(m->module, 0);
    assert_int_equal(m->module_size, 0);
}

static void cloud_hypervisor_with_6_gib(void **state)
{
    discover("cloud-hypervisor/memory-6G-all-devices.txt");
    expect_cloud_hypervisor();
    EXPECT_MEMORY(RANGE(0, 0xa0000, MEMORY_RAM), RANGE(0xa0000, 0x100000, MEMORY_ACPI),
                  RANGE(0x100000, 0xc0000000, MEMORY_RAM),
                  RANGE(0xe8000000, 0xf8000000, MEMORY_RESERVED),
                  RANGE(0x100000000, 0x1c0000000, MEMORY_RAM));
    assert_int_equal(m->dsdt_size, 0x1395);
    assert_int_equal(m->processor_count, 2); /* two more are only possible */
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_64), 0x1c0000000, 0x3fffffeeffff);
    assert_string_equal(m->command_line, "x y z");
    assert_int_equal(m->module, 0xbffe7000);
    assert_int_equal(m->module_size, 100000);
}

static void expect_qemu(void)
{
    assert_int_equal(m->vmm, VMM_QEMU);
    assert_string_equal(m->vmm_name, "QEMU");
    assert_string_equal(m->command_line, "console=ttyS0 cloudhv.timeout=3");
    assert_true(m->has_8259);
    assert_int_equal(m->local_apic, 0xfee00000);
    assert_int_equal(m->io_apics[0], 0xfec00000);
    assert_int_equal(m->processor_count, 2);
    assert_int_equal(m->smbios3, 0);
    assert_int_equal(m->pci_segment_count, 1);
    assert_int_equal(m->module_size, 0);
    assert_false(m->power.no_cmos_rtc);
    assert_true(m->power.has_s5);
    expect_absent(&m->power.pm1b_control);
}

/* The machine types with a chipset. */
static void expect_pc(void)
{
    expect_qemu();
    assert_int_equal(m->dsdt, 0x1ffe0040);
    assert_false(m->power.hardware_reduced);
    expect_absent(&m->power.sleep_control);
    expect_register(&m->power.pm1a_control, true, 16, 2, 0x604);
    assert_int_equal(m->power.s5_type_a, 0);
    assert_int_equal(m->power.s5_type_b, 0);
    assert_int_equal(m->power.century_register, 0x32);
    assert_int_equal(m->pm_timer_port, 0x608);
    assert_int_equal(m->io_apic_count, 1);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_IO), 0x1000, 0xffff);
    fw_cfg = (struct fw_cfg_model){.has_dma = true};
    fw_cfg_model_add(&fw_cfg, &t.bus);
    assert_string_equal(host_option("boot"), "net"); /* from SMBIOS */
    host_options_check();
    assert_int_equal(captured_log_lines(), 0);
}

static void qemu_q35(void **state)
{
    discover("qemu/q35.txt");
    expect_pc();
    EXPECT_MEMORY(RANGE(0, 0x9f000, MEMORY_RAM), RANGE(0x9f000, 0x100000, MEMORY_RESERVED),
                  RANGE(0x100000, 0x1ffe0000, MEMORY_RAM),
                  RANGE(0x1ffe0000, 0x20000000, MEMORY_RESERVED),
                  RANGE(0xb0000000, 0xc0000000, MEMORY_RESERVED),
                  RANGE(0xfed1c000, 0xfed20000, MEMORY_RESERVED),
                  RANGE(0xfffc0000, 0x100000000, MEMORY_RESERVED),
                  RANGE(0xfd00000000, 0x10000000000, MEMORY_RESERVED));
    assert_int_equal(m->rsdp, 0xf59d0);
    assert_int_equal(m->rsdt, 0x1ffe2297);
    assert_int_equal(m->rsdt_size, 56);
    assert_int_equal(m->dsdt_size, 8263);
    expect_register(&m->power.reset, true, 8, 1, 0xcf9);
    assert_int_equal(m->power.reset_value, 15);
    expect_segment(0, 0, 0, 255, 0xb0000000);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_32), 0x20000000, 0xafffffff);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_64), 0x100000000, 0x8ffffffff);
    assert_int_equal(m->smbios2, 0xf59f0);
}

static void qemu_pc(void **state)
{
    discover("qemu/pc.txt");
    expect_pc();
    EXPECT_MEMORY(RANGE(0, 0x9f000, MEMORY_RAM), RANGE(0x9f000, 0x100000, MEMORY_RESERVED),
                  RANGE(0x100000, 0x1ffe0000, MEMORY_RAM),
                  RANGE(0x1ffe0000, 0x20000000, MEMORY_RESERVED),
                  RANGE(0xfffc0000, 0x100000000, MEMORY_RESERVED),
                  RANGE(0xfd00000000, 0x10000000000, MEMORY_RESERVED));
    assert_int_equal(m->rsdp, 0xf59c0);
    assert_int_equal(m->rsdt, 0x1ffe1aa4);
    assert_int_equal(m->rsdt_size, 52);
    assert_int_equal(m->dsdt_size, 6416);
    expect_absent(&m->power.reset);  /* a FADT of revision 1 */
    expect_segment(0, 0, 0, 255, 0); /* CF8/CFC */
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_32), 0x20000000, 0xfebfffff);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_64), 0x100000000, 0x17fffffff);
    assert_int_equal(m->smbios2, 0xf59e0);
}

static void qemu_microvm(void **state)
{
    discover("qemu/microvm.txt");
    expect_qemu();
    EXPECT_MEMORY(RANGE(0, 0x9f000, MEMORY_RAM), RANGE(0x9f000, 0x100000, MEMORY_RESERVED),
                  RANGE(0x100000, 0x20000000, MEMORY_RAM));
    assert_int_equal(m->rsdp, 0xf34d0);
    assert_int_equal(m->rsdt, 0);
    assert_int_equal(m->dsdt, 0xef2c0);
    assert_int_equal(m->dsdt_size, 2942);
    assert_true(m->power.hardware_reduced);
    expect_register(&m->power.reset, false, 8, 1, 0xfea00202);
    assert_int_equal(m->power.reset_value, 0x42);
    expect_register(&m->power.sleep_control, false, 8, 1, 0xfea00200);
    expect_absent(&m->power.pm1a_control);
    assert_int_equal(m->power.s5_type_a, 5);
    assert_int_equal(m->power.century_register, 0);
    assert_int_equal(m->pm_timer_port, 0);
    assert_int_equal(m->io_apic_count, 2);
    assert_int_equal(m->io_apics[1], 0xfec10000);
    expect_segment(0, 0, 0, 255, 0xe0000000); /* from _CBA: there is no MCFG */
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_32), 0xc0000000, 0xdfffffff);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_64), 0xc000000000, 0xffffffffff);
    assert_int_equal(window_of(&m->pci_segments[0], PCI_WINDOW_IO)->size, 0);
    assert_int_equal(m->smbios2, 0);
}

/* Made from its source: tests/fixtures/firecracker/make.py. */
static void firecracker(void **state)
{
    discover("firecracker/memory-512M-one-disk.txt");
    assert_int_equal(m->vmm, VMM_FIRECRACKER);
    assert_string_equal(m->vmm_name, "Firecracker");
    EXPECT_MEMORY(RANGE(0, 0x9f000, MEMORY_RAM), RANGE(0x9f000, 0x100000, MEMORY_RESERVED),
                  RANGE(0x100000, 0x20000000, MEMORY_RAM),
                  RANGE(0xeec00000, 0xfec00000, MEMORY_RESERVED));
    assert_int_equal(m->rsdp, 0xe0000); /* nobody tells */
    assert_int_equal(m->rsdt, 0);
    assert_int_equal(m->dsdt, 0x9fd30);
    assert_int_equal(m->dsdt_size, 36 + 71 + 161 + 345);
    assert_true(m->power.hardware_reduced);
    expect_absent(&m->power.reset);
    expect_absent(&m->power.sleep_control);
    expect_absent(&m->power.pm1a_control);
    assert_false(m->power.has_s5);
    assert_true(m->power.no_cmos_rtc);
    assert_int_equal(m->pm_timer_port, 0);
    assert_false(m->has_8259);
    assert_true(m->has_8254);
    assert_int_equal(m->local_apic, 0xfee00000);
    assert_int_equal(m->io_apic_count, 1);
    assert_int_equal(m->processor_count, 1);
    assert_int_equal(m->pci_segment_count, 0);
    assert_int_equal(m->virtio_place_count, 1); /* on the command line and in the DSDT */
    assert_int_equal(m->virtio_places[0].base, 0xc0001000);
    assert_int_equal(m->virtio_places[0].size, 0x1000);
    assert_int_equal(m->smbios2, 0);
    assert_int_equal(m->smbios3, 0);
    assert_int_equal(m->module, 0);
}

/* In either place alone. */
static void firecrackers_disk_is_found_in_the_dsdt(void **state)
{
    memory_fixture_load(&t, "firecracker/memory-512M-one-disk.txt");
    strcpy((char *)memory_fixture_at(&t, 0x20000), "pci=off");
    assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
    assert_int_equal(m->virtio_place_count, 1);
    assert_int_equal(m->virtio_places[0].base, 0xc0001000);
}

static void firecrackers_disk_is_found_on_the_command_line(void **state)
{
    memory_fixture_load(&t, "firecracker/memory-512M-one-disk.txt");
    memory_fixture_at(&t, 0xe0000)[0] = 0; /* no ACPI */
    assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
    assert_int_equal(m->vmm, VMM_UNKNOWN);
    assert_int_equal(m->virtio_place_count, 1);
    assert_int_equal(m->virtio_places[0].base, 0xc0001000);
    assert_int_equal(m->virtio_places[0].size, 0x1000);
    assert_int_equal(m->pci_segment_count, 1); /* nobody says that there are no ports */
}

static struct hvm_start_info *start_info(void)
{
    return (struct hvm_start_info *)memory_fixture_at(&t, t.start_info);
}

/* As Firecracker and some versions of QEMU start us. */
static void the_rsdp_is_found_without_being_told(void **state)
{
    const char *const names[] = {"qemu/q35.txt", "cloud-hypervisor/memory-512M-one-disk.txt"};
    const uint64_t places[] = {0xf59d0, 0xa0000}; /* in the BIOS, in the EBDA */
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        memory_fixture_load(&t, names[i]);
        start_info()->rsdp_paddr = 0;
        assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
        assert_int_equal(m->rsdp, places[i]);
        if (i == 0)
            memory_fixture_free(&t);
    }
}

static void a_machine_without_tables_is_survived(void **state)
{
    memory_fixture_load(&t, "cloud-hypervisor/memory-512M-one-disk.txt");
    memset(memory_fixture_at(&t, 0xa0000), 0, 0x60000);
    assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
    assert_true(captured_log_has("no ACPI RSDP at 0xa0000"));
    assert_true(captured_log_has("no ACPI tables"));
    assert_int_equal(m->vmm, VMM_UNKNOWN);
    assert_int_equal(m->rsdp, 0);
    assert_int_equal(m->dsdt, 0);
    assert_false(m->power.has_s5);
    expect_absent(&m->power.reset);
    assert_int_equal(m->pm_timer_port, 0);
    assert_int_equal(m->processor_count, 1);
    assert_int_equal(m->io_apic_count, 0);
    assert_true(m->has_8259);
    assert_int_equal(m->local_apic, 0xfee00000);
    assert_int_equal(m->pci_segment_count, 1);
    expect_segment(0, 0, 0, 255, 0);
    expect_window(window_of(&m->pci_segments[0], PCI_WINDOW_32), 0xf8000000,
                  0xfebfffff); /* above the ECAM */
    assert_int_equal(m->smbios3, 0);
}

static void a_module_outside_of_ram_is_not_taken(void **state)
{
    memory_fixture_load(&t, "cloud-hypervisor/memory-6G-all-devices.txt");
    struct hvm_modlist_entry *module =
        (struct hvm_modlist_entry *)memory_fixture_at(&t, start_info()->modlist_paddr);
    module->paddr = 0xbffff000;
    assert_int_equal(machine_discover(t.start_info, &m), EFI_SUCCESS);
    assert_int_equal(m->module_size, 0);
    assert_true(captured_log_has("module at 0xbffff000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cloud_hypervisor_with_512_mib, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cloud_hypervisor_with_6_gib, set_up, tear_down),
        cmocka_unit_test_setup_teardown(qemu_q35, set_up, tear_down),
        cmocka_unit_test_setup_teardown(qemu_pc, set_up, tear_down),
        cmocka_unit_test_setup_teardown(qemu_microvm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(firecracker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(firecrackers_disk_is_found_in_the_dsdt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(firecrackers_disk_is_found_on_the_command_line, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_rsdp_is_found_without_being_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_machine_without_tables_is_survived, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_module_outside_of_ram_is_not_taken, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
