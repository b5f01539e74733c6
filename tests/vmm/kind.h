/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hw/acpi.h"
#include "hw/pvh.h"

/* What Cloud Hypervisor's machine and Firecracker's (firecracker.md) differ in; the rest of the
 * bench is the same for both. Low RAM, start_info and what it points to are at the same places. */

struct vm;
struct place;
struct virtio_model;

#define MAP_ENTRIES_MAX 8u

/* Changes a table of the fixture as the flags want it; there is room behind it. */
struct acpi_fit {
    char signature[5];
    void (*fit)(struct vm *vm, struct acpi_header *table);
};

struct machine_kind {
    const char *name;    /* of --bench machine= */
    const char *fixture; /* guest memory at entry, below tests/fixtures */

    /* Memory map; the number of entries. */
    unsigned (*map)(const struct vm *vm, struct hvm_memmap_table_entry *entries);

    /* ACPI tables: DSDT, what the XSDT lists, and the XSDT, one behind the other from `tables` on.
     */
    uint32_t rsdp, tables, tables_end;
    const struct acpi_fit *fits;
    size_t fit_count;

    size_t command_line_max;
    void (*extend_command_line)(const struct vm *vm, char *line, size_t size); /* NULL: nothing */
    void (*write_other_tables)(struct vm *vm);                                 /* NULL: none */

    /* virtio. `plug` gives a device, whose model is set up, its transport. The check, after the
     * run, calls bus_forbidden() for rules that were broken. */
    uint64_t disk_features, net_features; /* which a driver may have */
    uint16_t disk_queue_size;
    void (*add_virtio_devices)(struct vm *vm);
    void (*plug)(struct vm *vm, struct virtio_model *virtio, const struct place *place, bool low);
    void (*check)(struct vm *vm);
    void (*show)(struct vm *vm, FILE *to);

    void (*add_platform_devices)(struct vm *vm);
    uint64_t absent_port;   /* what reading from where nothing is gives */
    bool has_kvm_irqchip;   /* with 8259s and 8254; else only the local APICs are KVM's */
    bool has_tsc_leaf;      /* CPUID 0x40000010 */
    bool ends_by_reset;     /* the VMM does not start the machine anew */
    uint32_t tss, identity; /* KVM's own pages; identity 0: where KVM puts it */
};

extern const struct machine_kind cloud_hypervisor, firecracker;

/* NULL: there is no such kind. */
const struct machine_kind *kind_named(const char *name);
