/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/machine.h"

#include "core/log.h"
#include "lib/memory.h"
#include "lib/reader.h"
#include "platform/acpi_machine.h"
#include "platform/acpi_tables.h"
#include "platform/aml.h"
#include "platform/memory_map.h"
#include "platform/options.h"
#include "platform/pci_segments.h"
#include "platform/pvh.h"
#include "platform/smbios.h"
#include "platform/virtio_places.h"
#include "platform/vmm.h"

#define LEGACY_BASE  0xa0000u
#define LEGACY_SIZE  0x60000u
#define ONE_MIB      (1ull << 20)
#define SEGMENTS_MAX 128 /* Cloud Hypervisor has at most 96 */
#define WINDOWS_MAX  256
#define VIRTIO_MAX   64

static struct machine machine;
static struct memory_map memory_map;
static struct acpi_interrupts interrupts;
static struct pci_segment segments[SEGMENTS_MAX];
static struct pci_window windows[WINDOWS_MAX];
static struct virtio_place virtio_places[VIRTIO_MAX];

/* What Firecracker has and what it has not, which its tables do not tell: KVM's 8254 is there,
 * though the MADT has no PCAT_COMPAT, and the ports of the clock are nobody's, though the FADT does
 * not say so (device_manager/legacy.rs, arch/x86_64/vm.rs). */
static void know_firecracker(void)
{
    machine.has_8254 = true;
    machine.power.no_cmos_rtc = true;
}

/* DESIGN decision 14. On Cloud Hypervisor 0xA0000 to 0xFFFFF is RAM that its map leaves out, with
 * nothing but the ACPI and SMBIOS tables in it; elsewhere it is ROM, video memory and the VMM's
 * own. */
static EFI_STATUS add_legacy_range(enum vmm vmm)
{
    return memory_map_add(&memory_map, LEGACY_BASE, LEGACY_SIZE,
                          vmm == VMM_CLOUD_HYPERVISOR ? MEMORY_ACPI : MEMORY_RESERVED);
}

static EFI_STATUS check_memory(void)
{
    for (size_t i = 0; i < memory_map.count; i++) {
        const struct memory_range *range = &memory_map.ranges[i];
        if (range->kind == MEMORY_RAM && range->base + range->size > ONE_MIB)
            return EFI_SUCCESS;
    }
    return log_failure(EFI_VOLUME_CORRUPTED, "the memory map has no RAM above 1 MiB");
}

static void read_dsdt(const struct acpi_tables *tables, struct aml_findings *findings)
{
    struct reader code = acpi_read(&tables->dsdt);
    if (!reader_skip(&code, sizeof(struct acpi_header)))
        code = reader_make(NULL, 0);
    aml_read(code, findings);
    machine.power.has_s5 = findings->has_s5;
    machine.power.s5_type_a = findings->s5_type_a;
    machine.power.s5_type_b = findings->s5_type_b;
}

static void read_acpi(const struct acpi_tables *tables, const char *command_line)
{
    machine.rsdp = tables->root.address != 0 ? tables->rsdp : 0;
    if (tables->revision < 2) {
        machine.rsdt = tables->root.address;
        machine.rsdt_size = tables->root.size;
    }
    machine.dsdt = tables->dsdt.address;
    machine.dsdt_size = tables->dsdt.size;
    acpi_read_fadt(&tables->fadt, &machine.power, &machine.pm_timer_port);

    acpi_read_madt(&tables->madt, &interrupts);
    machine.has_8259 = machine.has_8254 = interrupts.has_8259;
    machine.local_apic = interrupts.local_apic;
    machine.io_apics = interrupts.io_apics;
    machine.io_apic_count = interrupts.io_apic_count;
    machine.processor_count = interrupts.processor_count;
    machine.madt = tables->madt.address;
    machine.madt_size = tables->madt.size;
    machine.viot = tables->viot.address;
    machine.viot_size = tables->viot.size;

    struct aml_findings findings;
    findings.windows = (struct aml_windows){.list = windows, .max = WINDOWS_MAX};
    read_dsdt(tables, &findings);
    /* Without hardware from before ACPI there are no ports that nobody names, either. */
    bool knows_all = machine.power.hardware_reduced && machine.dsdt_size != 0;
    machine.pci_segments = segments;
    machine.pci_segment_count =
        pci_segments_find(&tables->mcfg, &findings, &memory_map, knows_all, segments, SEGMENTS_MAX);
    machine.virtio_places = virtio_places;
    machine.virtio_place_count =
        virtio_places_find(command_line, &findings, virtio_places, VIRTIO_MAX);
    if (machine.vmm == VMM_FIRECRACKER)
        know_firecracker();
}

static void read_host_options(const struct pvh *pvh)
{
    struct smbios smbios;
    smbios_find(&memory_map, &smbios);
    machine.smbios2 = smbios.entry2;
    machine.smbios3 = smbios.entry3;
    options_set_sources(pvh->command_line, &smbios, machine.vmm == VMM_QEMU);
}

/* A module outside of RAM is nobody's memory. */
static void take_module(const struct pvh *pvh)
{
    for (size_t i = 0; i < memory_map.count; i++) {
        const struct memory_range *range = &memory_map.ranges[i];
        if (range->kind == MEMORY_RAM && pvh->module >= range->base &&
            range_within(pvh->module - range->base, pvh->module_size, range->size)) {
            machine.module = pvh->module;
            machine.module_size = pvh->module_size;
            return;
        }
    }
    if (pvh->module != 0)
        log_warning("PVH module at 0x%llx is not in RAM", (unsigned long long)pvh->module);
}

EFI_STATUS machine_discover(uint64_t start_info, const struct machine **ret)
{
    machine = (struct machine){0};
    memory_map.count = 0;
    struct pvh pvh;
    EFI_STATUS status = pvh_read(start_info, &memory_map, &pvh);
    if (EFI_ERROR(status))
        return status;

    struct acpi_tables tables;
    acpi_find_tables(pvh.rsdp, &memory_map, &tables);
    machine.vmm = vmm_identify(tables.oem_id);
    machine.vmm_name = vmm_name_of(machine.vmm);

    status = add_legacy_range(machine.vmm);
    if (!EFI_ERROR(status))
        status = memory_map_finish(&memory_map);
    if (!EFI_ERROR(status))
        status = check_memory();
    if (EFI_ERROR(status))
        return status;
    machine.memory = memory_map.ranges;
    machine.memory_count = memory_map.count;

    read_acpi(&tables, pvh.command_line);
    machine.command_line = pvh.command_line;
    take_module(&pvh);
    read_host_options(&pvh);
    *ret = &machine;
    return EFI_SUCCESS;
}
