/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/status.h"
#include "lib/macros.h"

/* What machine this is: the result of the discovery phase, constant afterwards (DESIGN §2). */

enum vmm {
    VMM_UNKNOWN,
    VMM_CLOUD_HYPERVISOR,
    VMM_QEMU,
    VMM_FIRECRACKER,
};

/* Kinds of memory, by the numbers of the PVH memory map (which are those of E820, ACPI 6.5 §15). */
enum memory_kind {
    MEMORY_RAM = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
    MEMORY_NVS = 4,
    MEMORY_UNUSABLE = 5,
    MEMORY_DISABLED = 6,
    MEMORY_PMEM = 7,
};

struct memory_range {
    uint64_t base;
    uint64_t size; /* bytes */
    uint32_t kind; /* enum memory_kind */
};

/* A register as ACPI's Generic Address Structure gives it; width_bits 0: absent. */
struct acpi_register {
    bool is_io; /* else system memory */
    uint8_t width_bits;
    uint8_t access_bytes; /* 1, 2 or 4: derived from access size, else from the width */
    uint64_t address;
};

/* What the firmware takes from the FADT and from \_S5 of the DSDT (ACPI 6.5 §5.2.9, §16). */
struct machine_power {
    bool hardware_reduced;
    struct acpi_register reset; /* absent: fall back on the keyboard controller */
    uint8_t reset_value;
    struct acpi_register sleep_control; /* hardware-reduced machines */
    struct acpi_register pm1a_control;  /* others */
    struct acpi_register pm1b_control;
    bool has_s5;
    uint8_t s5_type_a, s5_type_b;
    uint8_t century_register; /* CMOS index of the century, 0: none */
    bool no_cmos_rtc;         /* IAPC_BOOT_ARCH bit 5 */
};

/* Address space that a host bridge or a bridge decodes for what is behind it. */
enum pci_window_kind {
    PCI_WINDOW_32, /* memory below 4 GiB */
    PCI_WINDOW_64, /* memory above; a bridge's prefetchable window, wherever it is */
    PCI_WINDOW_IO,
    PCI_WINDOW_COUNT,
};

struct pci_window {
    uint64_t base, size; /* bytes; size 0: there is none */
    enum pci_window_kind kind;
};

/* A root bus: a segment, or a part of one. */
struct pci_segment {
    uint16_t segment;
    uint32_t uid; /* _UID of its host bridge, for device paths */
    uint8_t bus_start, bus_end;
    uint64_t
        ecam; /* address of bus 0's configuration space (also if bus_start > 0); 0: CF8/CFC only */

    /* Windows of the host bridge, for BARs that are not set: all that _CRS names. */
    const struct pci_window *windows;
    size_t window_count;
};

/* Where a virtio device over MMIO may be. */
struct virtio_place {
    uint64_t base, size;
};

/* A device, as ACPI's VIOT names it. */
struct device_place {
    uint64_t mmio; /* address of a virtio device's registers; 0: a PCI function */
    uint16_t segment;
    uint16_t bdf; /* bus, device and function in 8, 5 and 3 bits */
};

/* A device behind an IOMMU. */
struct iommu_endpoint {
    struct device_place iommu;
    uint32_t id; /* the device's, for requests to the IOMMU */
};

struct machine {
    enum vmm vmm;
    const char *vmm_name;

    /* Sorted, merged, without overlaps, page aligned (RAM rounded inwards, the rest outwards). */
    const struct memory_range *memory;
    size_t memory_count;

    uint64_t rsdp; /* physical address, 0: none */
    uint64_t rsdt; /* of an RSDP before revision 2 (acpi_publish.h), else 0 */
    uint32_t rsdt_size;
    uint64_t dsdt; /* physical address and size of the whole table, 0: none */
    uint32_t dsdt_size;
    struct machine_power power;
    uint16_t pm_timer_port; /* 0: none */

    bool has_8259; /* MADT PCAT_COMPAT, or there is no MADT */
    bool has_8254; /* a timer to measure the TSC by */
    uint64_t local_apic;
    const uint64_t *io_apics; /* MMIO addresses */
    size_t io_apic_count;
    size_t processor_count; /* enabled ones in MADT, at least 1 */
    uint64_t madt;          /* physical address and size of the whole table, 0: none */
    uint32_t madt_size;

    const struct pci_segment *pci_segments; /* segment 0 first; none where ACPI knows no PCI */
    size_t pci_segment_count;

    const struct virtio_place *virtio_places;
    size_t virtio_place_count;

    uint64_t viot; /* physical address and size of the whole table, 0: none */
    uint32_t viot_size;

    uint64_t smbios2, smbios3; /* entry points, 0: none */

    const char *command_line; /* NUL terminated copy, never NULL */
    uint64_t module;          /* first module (initramfs) given by the VMM, 0: none */
    uint64_t module_size;
};

/* Finds out where we run. `start_info` is the physical address that PVH handed over in EBX. The
 * result lives for ever; memory for lists comes from static arrays of bounded size. Fails only when
 * there is no usable memory map: EFI_VOLUME_CORRUPTED. */
EFI_STATUS machine_discover(uint64_t start_info, const struct machine **ret) MUST_CHECK;

/* The virtio-iommu in front of the device at `place`, by the machine's VIOT. EFI_NOT_FOUND: there
 * is none. EFI_VOLUME_CORRUPTED: the table is malformed before it names the device, with a log
 * line. */
EFI_STATUS machine_iommu_of(const struct machine *machine, const struct device_place *place,
                            struct iommu_endpoint *ret) MUST_CHECK;

/* Host configuration (DESIGN §5): the value of `cloudhv.<key>` or NULL; command line first, then
 * SMBIOS type 11, then fw_cfg. On a command line a value with spaces stands in double quotes. The
 * string lives for ever. `key` must be in the table in options.c. */
const char *host_option(const char *key);

/* One warning for each cloudhv. key that nobody knows. */
void host_options_check(void);
