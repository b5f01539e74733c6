/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/reader.h"
#include "platform/machine.h"

/* What the firmware needs from a DSDT. This is no interpreter: it walks the static structure
 * (ACPI 6.5 §20.2) and reads objects with constant values, which is how VMMs write them. A block
 * with anything else is passed over. */

#define AML_BRIDGES_MAX 128
#define AML_VIRTIO_MAX  64
#define AML_PATH_MAX    6

struct aml_path {
    uint32_t segments[AML_PATH_MAX];
    uint8_t count;
};

/* A PCI host bridge (PNP0A03, PNP0A08). */
struct aml_bridge {
    struct aml_path path;
    uint16_t segment; /* _SEG */
    uint8_t bus;      /* _BBN */
    bool has_uid;
    uint32_t uid;               /* _UID, when it is a number */
    uint8_t bus_start, bus_end; /* of _CRS; 0 and 0 when it is not told */
    bool has_cba;
    uint64_t cba;                      /* _CBA: address of the ECAM */
    size_t first_window, window_count; /* of _CRS, in the list of all */
};

/* Room for windows, of all bridges; the caller's. */
struct aml_windows {
    struct pci_window *list;
    size_t count, max;
};

/* A virtio device over MMIO (LNRO0005): the memory of its _CRS. */
struct aml_virtio {
    struct aml_path path;
    uint64_t base, size; /* size 0: not told */
};

struct aml_findings {
    struct aml_windows windows;
    bool has_s5;
    uint8_t s5_type_a, s5_type_b;
    size_t bridge_count;
    struct aml_bridge bridges[AML_BRIDGES_MAX];
    size_t virtio_count;
    struct aml_virtio virtio[AML_VIRTIO_MAX];
};

/* `code`: the DSDT without its header. `ret->windows` has room for as many windows as the caller
 * wants to know. */
void aml_read(struct reader code, struct aml_findings *ret);

/* Bytes of a resource template (ACPI 6.5 §6.4): a host bridge's windows; the first fixed memory. */
void aml_read_resources(struct reader bytes, struct aml_windows *windows,
                        struct aml_bridge *bridge);
bool aml_read_fixed_memory(struct reader bytes, uint64_t *ret_base, uint64_t *ret_size);
