/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Firecracker's machine, 1.13 and later without --enable-pci (firecracker.md). The MP table stays
 * that of one processor. */
#include <stdio.h>
#include <string.h>

#include "models/virtio_blk.h"
#include "models/virtio_net.h"
#include "vmm/acpi.h"
#include "vmm/kind.h"
#include "vmm/mmio_devices.h"

#define SYSTEM     0x9fc00u /* MP table and ACPI tables */
#define RSDP       0xe0000u /* behind them */
#define GENERATION 0xdfff0u /* the VM generation id */
#define PCI_CONFIG 0xeec00000ull
#define MMIO64     (256ull << 30)
#define CPUS_LIMIT 32u

/* The DSDT's first device, of 71 bytes: digits of its name, and what follows a prefix or is inside
 * of resource descriptors (ACPI 6.5 §20.2, §6.4). */
#define DEVICE_SIZE   71u
#define DEVICE_DIGITS 5u
#define DEVICE_UID    29u
#define DEVICE_BASE   52u
#define DEVICE_GSI    65u

/* virtio-net by the bits of virtio 1.2 §5.1.3: checksums, TSO4, TSO6 and UFO of both sides, merged
 * buffers. */
#define F_CHECKSUMS      0x3ull
#define F_SEGMENTATION   0x5d80ull
#define F_MERGED_BUFFERS (1ull << 15)

/* Firecracker's order. */
static unsigned make_map(const struct vm *vm, struct hvm_memmap_table_entry *entries)
{
    unsigned count = 0;
    if (vm->high_size > MMIO64 - HIGH_RAM)
        die("--memory: no more than up to 256 GiB");
    entries[count++] = (struct hvm_memmap_table_entry){0, SYSTEM, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){SYSTEM, RSDP - SYSTEM, 2, 0};
    entries[count++] = (struct hvm_memmap_table_entry){PCI_CONFIG, 256 << 20, 2, 0};
    if (vm->high_size != 0)
        entries[count++] = (struct hvm_memmap_table_entry){HIGH_RAM, vm->high_size, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){0x100000, vm->low_size - 0x100000, 1, 0};
    return count;
}

static void set32(uint8_t *to, uint32_t value)
{
    memcpy(to, &value, sizeof value);
}

/* The fixture's one virtio device becomes as many as there are, in front of all others. */
static void fit_dsdt(struct vm *vm, struct acpi_header *dsdt)
{
    uint8_t *first = (uint8_t *)(dsdt + 1), one[DEVICE_SIZE];
    unsigned count = vm->options->only_command_line ? 0 : mmio_device_count(vm);
    uint32_t behind = (uint32_t)(dsdt->length - sizeof *dsdt - DEVICE_SIZE);
    memcpy(one, first, sizeof one);
    if (memcmp(one + DEVICE_DIGITS - 1, "V000", 4) != 0)
        die("the DSDT is not the one that was made");
    memmove(first + count * DEVICE_SIZE, first + DEVICE_SIZE, behind);
    for (unsigned i = 0; i < count; i++) {
        char digits[4];
        snprintf(digits, sizeof digits, "%03u", i % 1000);
        memcpy(one + DEVICE_DIGITS, digits, 3);
        set32(one + DEVICE_UID, i);
        set32(one + DEVICE_BASE, (uint32_t)mmio_device_base(i));
        set32(one + DEVICE_GSI, mmio_device_gsi(i));
        memcpy(first + i * DEVICE_SIZE, one, sizeof one);
    }
    dsdt->length = (uint32_t)(sizeof *dsdt + count * DEVICE_SIZE + behind);
}

static void fit_madt(struct vm *vm, struct acpi_header *madt)
{
    if (vm->options->cpu_count > CPUS_LIMIT)
        die("Firecracker has at most %u processors", CPUS_LIMIT);
    for (unsigned i = 1; i < vm->options->cpu_count; i++) {
        struct acpi_madt_local_apic entry = {.type = ACPI_MADT_LOCAL_APIC,
                                             .length = sizeof entry,
                                             .processor_uid = (uint8_t)i,
                                             .apic_id = (uint8_t)i,
                                             .flags = ACPI_MADT_ENABLED};
        acpi_append(madt, &entry, sizeof entry);
    }
}

/* The word that Firecracker adds where PCI is off, and one for each device. */
static void extend_command_line(const struct vm *vm, char *line, size_t size)
{
    size_t length = strlen(line);
    unsigned count = vm->options->only_acpi ? 0 : mmio_device_count(vm);
    length += (size_t)snprintf(line + length, size - length, " pci=off");
    for (unsigned i = 0; i < count && length < size; i++)
        length +=
            (size_t)snprintf(line + length, size - length, " virtio_mmio.device=4K@0x%08llx:%u",
                             (unsigned long long)mmio_device_base(i), mmio_device_gsi(i));
    if (length >= size)
        die("--cmdline: too long");
}

static const struct acpi_fit fits[] = {{"DSDT", fit_dsdt}, {"APIC", fit_madt}};

const struct machine_kind firecracker = {
    .name = "firecracker",
    .fixture = "firecracker/memory-512M-one-disk.txt",
    .map = make_map,
    .rsdp = RSDP,
    .tables = 0x9fd30,
    .tables_end = GENERATION,
    .fits = fits,
    .fit_count = sizeof fits / sizeof fits[0],
    .command_line_max = 2048,
    .extend_command_line = extend_command_line,
    .disk_features = VIRTIO_BLK_F_FLUSH | VIRTIO_F_EVENT_IDX,
    .net_features =
        F_CHECKSUMS | F_SEGMENTATION | F_MERGED_BUFFERS | VIRTIO_NET_F_MAC | VIRTIO_F_EVENT_IDX,
    .disk_queue_size = 256,
    .add_virtio_devices = add_mmio_devices,
    .plug = plug_mmio,
    .check = check_mmio_devices,
    .show = show_mmio_devices,
    .add_platform_devices = add_firecracker_devices,
    .absent_port = 0, /* KVM clears what the VMM leaves alone */
    .has_kvm_irqchip = true,
    .ends_by_reset = true,
    .tss = 0xfffbd000,
};
