/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* ACPI tables as they lie in memory (ACPI 6.5 §5.2), those parts that the firmware reads. */

#define ACPI_SIGNATURE(a, b, c, d)                                                                 \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

#define ACPI_RSDP_SIGNATURE 0x2052545020445352ull /* "RSD PTR " */
#define ACPI_RSDP_V1_SIZE   20u

/* §5.2.5.3. The fields from `length` on exist from revision 2 on. */
struct acpi_rsdp {
    uint64_t signature;
    uint8_t checksum; /* of the first 20 bytes */
    char oem_id[6];
    uint8_t revision;
    uint32_t rsdt_address;
    uint32_t length;
    uint64_t xsdt_address;
    uint8_t extended_checksum;
    uint8_t reserved[3];
} __attribute__((packed));

/* §5.2.6 */
struct acpi_header {
    uint32_t signature;
    uint32_t length;
    uint8_t revision;
    uint8_t checksum;
    char oem_id[6];
    char oem_table_id[8];
    uint32_t oem_revision;
    uint32_t creator_id;
    uint32_t creator_revision;
} __attribute__((packed));

/* §5.2.3.2: Generic Address Structure. */
struct acpi_gas {
    uint8_t space_id;
    uint8_t bit_width;
    uint8_t bit_offset;
    uint8_t access_size; /* 0: undefined, 1 … 4: 1, 2, 4, 8 bytes */
    uint64_t address;
} __attribute__((packed));

#define ACPI_SPACE_MEMORY 0
#define ACPI_SPACE_IO     1

/* §5.2.9. Older tables end earlier; the oldest (revision 1) after `flags`. */
struct acpi_fadt {
    struct acpi_header header;
    uint32_t firmware_ctrl;
    uint32_t dsdt;
    uint8_t reserved0;
    uint8_t preferred_pm_profile;
    uint16_t sci_int;
    uint32_t smi_cmd;
    uint8_t acpi_enable, acpi_disable, s4bios_req, pstate_cnt;
    uint32_t pm1a_evt_blk, pm1b_evt_blk;
    uint32_t pm1a_cnt_blk, pm1b_cnt_blk;
    uint32_t pm2_cnt_blk, pm_tmr_blk;
    uint32_t gpe0_blk, gpe1_blk;
    uint8_t pm1_evt_len, pm1_cnt_len, pm2_cnt_len, pm_tmr_len;
    uint8_t gpe0_blk_len, gpe1_blk_len, gpe1_base, cst_cnt;
    uint16_t p_lvl2_lat, p_lvl3_lat, flush_size, flush_stride;
    uint8_t duty_offset, duty_width;
    uint8_t day_alrm, mon_alrm, century;
    uint16_t iapc_boot_arch;
    uint8_t reserved1;
    uint32_t flags;
    struct acpi_gas reset_reg;
    uint8_t reset_value;
    uint16_t arm_boot_arch;
    uint8_t minor_version;
    uint64_t x_firmware_ctrl;
    uint64_t x_dsdt;
    struct acpi_gas x_pm1a_evt_blk, x_pm1b_evt_blk;
    struct acpi_gas x_pm1a_cnt_blk, x_pm1b_cnt_blk;
    struct acpi_gas x_pm2_cnt_blk, x_pm_tmr_blk;
    struct acpi_gas x_gpe0_blk, x_gpe1_blk;
    struct acpi_gas sleep_control_reg, sleep_status_reg;
} __attribute__((packed));

#define ACPI_FADT_V1_SIZE          116u
#define ACPI_FADT_RESET_REG_SUP    (1u << 10)
#define ACPI_FADT_HW_REDUCED       (1u << 20)
#define ACPI_BOOT_ARCH_NO_CMOS_RTC (1u << 5)

/* §5.2.12 */
struct acpi_madt {
    struct acpi_header header;
    uint32_t local_apic_address;
    uint32_t flags;
} __attribute__((packed));

#define ACPI_MADT_PCAT_COMPAT 1u

#define ACPI_MADT_LOCAL_APIC   0
#define ACPI_MADT_IO_APIC      1
#define ACPI_MADT_APIC_ADDRESS 5
#define ACPI_MADT_LOCAL_X2APIC 9

/* Flags of a processor. One that is not enabled is not there; the OS may see it appear (bit 1). */
#define ACPI_MADT_ENABLED 1u

struct acpi_madt_local_apic {
    uint8_t type, length;
    uint8_t processor_uid, apic_id;
    uint32_t flags;
} __attribute__((packed));

struct acpi_madt_io_apic {
    uint8_t type, length;
    uint8_t io_apic_id, reserved;
    uint32_t address;
    uint32_t gsi_base;
} __attribute__((packed));

struct acpi_madt_apic_address {
    uint8_t type, length;
    uint16_t reserved;
    uint64_t address;
} __attribute__((packed));

struct acpi_madt_local_x2apic {
    uint8_t type, length;
    uint16_t reserved;
    uint32_t x2apic_id;
    uint32_t flags;
    uint32_t processor_uid;
} __attribute__((packed));

/* Serial Port Console Redirection Table, Microsoft, revision 2. */
struct acpi_spcr {
    struct acpi_header header;
    uint8_t interface_type;
    uint8_t reserved0[3];
    struct acpi_gas base;
    uint8_t interrupt_type;
    uint8_t irq; /* of the 8259 */
    uint32_t global_system_interrupt;
    uint8_t baud_rate, parity, stop_bits, flow_control;
    uint8_t terminal_type;
    uint8_t language;
    uint16_t pci_device_id, pci_vendor_id;
    uint8_t pci_bus, pci_device, pci_function;
    uint32_t pci_flags;
    uint8_t pci_segment;
    uint32_t reserved1;
} __attribute__((packed));

#define ACPI_SPCR_16550   0
#define ACPI_SPCR_8259    1u
#define ACPI_SPCR_IO_APIC 2u
#define ACPI_SPCR_115200  7
#define ACPI_SPCR_VT_UTF8 2

/* PCI Firmware Specification 3.3 §4.1.2: after the header 8 reserved bytes, then these. */
struct acpi_mcfg_allocation {
    uint64_t base;
    uint16_t segment;
    uint8_t bus_start, bus_end;
    uint32_t reserved;
} __attribute__((packed));

#define ACPI_MCFG_FIRST 44u /* offset of the first allocation */

_Static_assert(sizeof(struct acpi_rsdp) == 36, "acpi_rsdp");
_Static_assert(sizeof(struct acpi_header) == 36, "acpi_header");
_Static_assert(sizeof(struct acpi_gas) == 12, "acpi_gas");
_Static_assert(__builtin_offsetof(struct acpi_fadt, pm_tmr_blk) == 76, "acpi_fadt");
_Static_assert(__builtin_offsetof(struct acpi_fadt, reset_reg) == ACPI_FADT_V1_SIZE, "acpi_fadt");
_Static_assert(__builtin_offsetof(struct acpi_fadt, x_pm_tmr_blk) == 208, "acpi_fadt");
_Static_assert(sizeof(struct acpi_fadt) == 268, "acpi_fadt");
_Static_assert(sizeof(struct acpi_spcr) == 80, "acpi_spcr");
_Static_assert(sizeof(struct acpi_mcfg_allocation) == 16, "acpi_mcfg_allocation");
