/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Cloud Hypervisor's machine, v54. Its DSDT's objects of the processors stay those of one. */
#include <string.h>

#include "hw/smbios.h"
#include "models/virtio_blk.h"
#include "models/virtio_net.h"
#include "vmm/acpi.h"
#include "vmm/dsdt.h"
#include "vmm/kind.h"
#include "vmm/pci_devices.h"

#define SMBIOS       0xf0000u
#define SMBIOS_TABLE 0xf0018u
#define MP_TABLE     0xf0090u /* in the dump: the first free 16 bytes behind SMBIOS */

/* virtio-net by the bits of virtio 1.2 §5.1.3: checksums, offloads, segmentation of both sides, the
 * announcement; of the control queue's classes only that of offloads. */
#define F_CSUM                0x1ull
#define F_GUEST_CSUM          0x2ull
#define F_CTRL_GUEST_OFFLOADS 0x4ull
#define F_SEGMENTATION        0x7f80ull /* GUEST_TSO4 to HOST_UFO */
#define F_GUEST_ANNOUNCE      (1ull << 21)
#define F_MQ                  (1ull << 22)

static unsigned make_map(const struct vm *vm, struct hvm_memmap_table_entry *entries)
{
    unsigned count = 0;
    entries[count++] = (struct hvm_memmap_table_entry){0, 0xa0000, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){0x100000, vm->low_size - 0x100000, 1, 0};
    if (vm->high_size != 0)
        entries[count++] = (struct hvm_memmap_table_entry){HIGH_RAM, vm->high_size, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){ECAM, ECAM_SIZE, 2, 0};
    return count;
}

/* An entry per processor in the place of the dump's one. */
static void fit_madt(struct vm *vm, struct acpi_header *madt)
{
    struct acpi_madt_local_x2apic entry;
    uint8_t rest[64], *first = (uint8_t *)madt + sizeof(struct acpi_madt);
    uint32_t behind = (uint32_t)(madt->length - sizeof(struct acpi_madt) - sizeof entry);
    memcpy(&entry, first, sizeof entry);
    memcpy(rest, first + sizeof entry, behind);
    madt->length = sizeof(struct acpi_madt);
    for (unsigned i = 0; i < vm->options->cpu_count; i++) {
        entry.x2apic_id = apic_id(vm->options, i);
        entry.processor_uid = i;
        acpi_append(madt, &entry, sizeof entry);
    }
    acpi_append(madt, rest, behind);
}

static void fit_mcfg(struct vm *vm, struct acpi_header *mcfg)
{
    struct acpi_mcfg_allocation entry;
    memcpy(&entry, (uint8_t *)mcfg + ACPI_MCFG_FIRST, sizeof entry);
    for (unsigned i = 1; i < vm->options->segment_count; i++) {
        entry.segment = (uint16_t)i;
        entry.base += 1 << 20;
        acpi_append(mcfg, &entry, sizeof entry);
    }
}

/* The type 11 structure goes in front of the end of the table. */
static void write_oem_strings(struct vm *vm)
{
    const struct machine_options *options = vm->options;
    if (options->oem_string_count == 0)
        return;
    uint8_t *table = vm_memory(vm, SMBIOS_TABLE, 0x10000 - 0x18);
    struct smbios3_entry *entry = vm_memory(vm, SMBIOS, sizeof *entry);
    uint8_t end[6];
    uint8_t *at = table + entry->table_max_size - sizeof end;
    memcpy(end, at, sizeof end);
    const uint8_t header[5] = {SMBIOS_TYPE_OEM_STRINGS, 5, 3, 0,
                               (uint8_t)options->oem_string_count};
    memcpy(at, header, sizeof header);
    at += sizeof header;
    for (unsigned i = 0; i < options->oem_string_count; i++)
        at = (uint8_t *)stpcpy((char *)at, options->oem_strings[i]) + 1;
    *at++ = 0;
    end[2] = 4;
    memcpy(at, end, sizeof end);
    entry->table_max_size = (uint32_t)(at + sizeof end - table);
    entry->checksum = 0;
    uint8_t sum = 0;
    for (unsigned i = 0; i < sizeof *entry; i++)
        sum = (uint8_t)(sum + ((uint8_t *)entry)[i]);
    entry->checksum = (uint8_t)-sum;
}

static void write_smbios_and_mp_table(struct vm *vm)
{
    struct smbios3_entry *entry = vm_memory(vm, SMBIOS, sizeof *entry);
    uint8_t mp_table[MP_TABLE_MAX];
    memcpy(mp_table, vm_memory(vm, MP_TABLE, sizeof mp_table), sizeof mp_table);
    memset(vm_memory(vm, MP_TABLE, sizeof mp_table), 0, sizeof mp_table);
    write_oem_strings(vm);
    write_mp_table(vm, mp_table, (SMBIOS_TABLE + entry->table_max_size + 15) & ~15u);
}

static const struct acpi_fit fits[] = {{"DSDT", dsdt_fit}, {"APIC", fit_madt}, {"MCFG", fit_mcfg}};

const struct machine_kind cloud_hypervisor = {
    .name = "cloud-hypervisor",
    .fixture = "cloud-hypervisor/memory-512M-one-disk.txt",
    .map = make_map,
    .rsdp = 0xa0000,
    .tables = 0xa0024,
    .tables_end = SMBIOS,
    .fits = fits,
    .fit_count = sizeof fits / sizeof fits[0],
    .command_line_max = 0x10000,
    .write_other_tables = write_smbios_and_mp_table,
    .disk_features = VIRTIO_BLK_F_FLUSH | VIRTIO_BLK_F_BLK_SIZE | VIRTIO_BLK_F_SEG_MAX |
                     VIRTIO_BLK_F_TOPOLOGY | VIRTIO_BLK_F_CONFIG_WCE | VIRTIO_BLK_F_DISCARD |
                     VIRTIO_BLK_F_WRITE_ZEROES | VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC,
    .net_features = F_CSUM | F_GUEST_CSUM | F_CTRL_GUEST_OFFLOADS | F_SEGMENTATION |
                    F_GUEST_ANNOUNCE | F_MQ | VIRTIO_NET_F_MAC | VIRTIO_NET_F_MTU |
                    VIRTIO_NET_F_STATUS | VIRTIO_NET_F_CTRL_VQ | VIRTIO_F_EVENT_IDX,
    .disk_queue_size = 128,
    .add_virtio_devices = add_pci_devices,
    .plug = plug_pci,
    .check = check_pci_devices,
    .show = show_pci_devices,
    .add_platform_devices = add_cloud_hypervisor_devices,
    .absent_port = UINT64_MAX,
    .has_tsc_leaf = true,
    .tss = 0xf8000000,
    .identity = 0xf8003000,
};
