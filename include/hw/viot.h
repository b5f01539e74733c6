/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "hw/acpi.h"

/* Virtual I/O Translation Table (ACPI 6.5 §5.2.33): which paravirtual IOMMU is in front of whom. */

struct acpi_viot {
    struct acpi_header header;
    uint16_t node_count;
    uint16_t node_offset; /* of the first node; each is followed by the next */
    uint8_t reserved[8];
} __attribute__((packed));

#define ACPI_VIOT_PCI_RANGE  1
#define ACPI_VIOT_MMIO       2
#define ACPI_VIOT_IOMMU_PCI  3 /* a virtio-iommu */
#define ACPI_VIOT_IOMMU_MMIO 4

struct acpi_viot_node {
    uint8_t type, reserved;
    uint16_t length;
} __attribute__((packed));

/* Functions are named as in a PCI requester id: bus, device and function in 8, 5 and 3 bits. */
struct acpi_viot_pci_range {
    struct acpi_viot_node node;
    uint32_t endpoint_start;
    uint16_t segment_start, segment_end;
    uint16_t bdf_start, bdf_end;
    uint16_t output_node; /* the IOMMU's node: its offset in the table */
    uint8_t reserved[6];
} __attribute__((packed));

struct acpi_viot_mmio {
    struct acpi_viot_node node;
    uint32_t endpoint;
    uint64_t base_address;
    uint16_t output_node;
    uint8_t reserved[6];
} __attribute__((packed));

struct acpi_viot_iommu_pci {
    struct acpi_viot_node node;
    uint16_t segment, bdf;
    uint8_t reserved[8];
} __attribute__((packed));

struct acpi_viot_iommu_mmio {
    struct acpi_viot_node node;
    uint8_t reserved[4];
    uint64_t base_address;
} __attribute__((packed));

_Static_assert(sizeof(struct acpi_viot) == 48, "acpi_viot");
_Static_assert(sizeof(struct acpi_viot_pci_range) == 24, "acpi_viot_pci_range");
_Static_assert(offsetof(struct acpi_viot_pci_range, output_node) == 16, "acpi_viot_pci_range");
_Static_assert(sizeof(struct acpi_viot_mmio) == 24, "acpi_viot_mmio");
_Static_assert(offsetof(struct acpi_viot_mmio, output_node) == 16, "acpi_viot_mmio");
_Static_assert(sizeof(struct acpi_viot_iommu_pci) == 16, "acpi_viot_iommu_pci");
_Static_assert(sizeof(struct acpi_viot_iommu_mmio) == 16, "acpi_viot_iommu_mmio");
