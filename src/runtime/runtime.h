/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"

/* The boundary between the boot-time firmware and the runtime image (DESIGN decision 3). The runtime is linked on its
 * own, made into a PE image by tools/elf2efi.py, embedded, copied to EfiRuntimeServicesCode pages and
 * relocated there. Its entry point is called once, with boot-time page tables, and fills in the interface. */

struct runtime_register {
    uint64_t address;
    uint8_t is_io;
    uint8_t access_bytes; /* 0: absent */
};

/* What the runtime must know of the machine; copied by runtime_entry. */
struct runtime_config {
    uint64_t image_base, image_size; /* where the runtime image lies */
    struct runtime_register reset, sleep_control, pm1a_control, pm1b_control;
    uint8_t reset_value;
    uint8_t hardware_reduced;
    uint8_t has_s5, s5_type_a, s5_type_b;
    uint8_t has_cmos_rtc;
    uint8_t century_register;
    uint8_t debug_port_402; /* DEBUG builds: the port read 0xE9 */
};

/* An image of type EfiImageRuntimeDriver that SetVirtualAddressMap must relocate with the rest. */
struct runtime_driver {
    uint64_t base;
    uint64_t size;
    const void *relocations; /* a copy of .reloc in runtime memory */
    uint32_t relocations_size;
    /* Address that the image is relocated to at present (its ImageBase plus fixups). */
    uint64_t relocated_to;
};

#define RUNTIME_CONFIGURATION_TABLES 32

struct runtime_interface {
    EFI_SYSTEM_TABLE *system_table;     /* in the runtime image; boot-time parts are filled by src/efi */
    EFI_RUNTIME_SERVICES *services;     /* complete, CRC valid */
    EFI_CONFIGURATION_TABLE *configuration_tables; /* RUNTIME_CONFIGURATION_TABLES entries */

    /* Tells the runtime that boot services are over: variables without runtime access vanish. */
    void (*exit_boot_services)(void);

    /* EFI_OUT_OF_RESOURCES when the fixed tables are full. */
    EFI_STATUS (*add_driver)(const struct runtime_driver *driver);
    EFI_STATUS (*remove_driver)(uint64_t base);
    EFI_STATUS (*add_virtual_address_event)(EFI_EVENT_NOTIFY function, void *context, EFI_TPL tpl);
    EFI_STATUS (*remove_virtual_address_event)(EFI_EVENT_NOTIFY function, void *context);

    /* Called by ResetSystem before the machine is reset, while boot services are there; may be NULL. */
    void (*reset_hook)(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size, void *data);
};

/* The entry point of the runtime image: PE entry, but with these arguments and the System V calling convention. */
typedef EFI_STATUS (*runtime_entry_fn)(const struct runtime_config *config, struct runtime_interface *ret_interface);
