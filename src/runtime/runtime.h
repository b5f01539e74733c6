/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/system_table.h"

/* The boundary between the boot-time firmware and the runtime image (DESIGN decision 3). The
 * runtime is linked on its own, made into a PE image by tools/elf2efi.py, embedded, copied to
 * EfiRuntimeServicesCode pages with all its sections, .reloc too, and relocated there. Its entry
 * point is called once, with boot-time page tables, and fills in the interface. Functions here have
 * the System V calling convention; the EFI services have their own. */

struct runtime_register {
    uint64_t address;
    uint8_t is_io;
    uint8_t access_bytes; /* 0: absent */
};

/* What the runtime must know of the machine; copied by runtime_entry.
 *
 * A register that is memory is reached through its physical address before SetVirtualAddressMap,
 * and afterwards where the OS has mapped it: the memory map needs an EfiMemoryMappedIO descriptor
 * with EFI_MEMORY_RUNTIME | EFI_MEMORY_UC over its page. A register that the OS did not map counts
 * as absent from then on, and ResetSystem goes on with the next way. */
struct runtime_config {
    uint64_t image_base, image_size; /* where the runtime image lies */
    struct runtime_register reset, sleep_control, pm1a_control, pm1b_control;
    uint8_t reset_value;
    uint8_t hardware_reduced;
    uint8_t has_s5, s5_type_a, s5_type_b;
    uint8_t has_cmos_rtc;
    uint8_t century_register;    /* 0: 0x32 is tried */
    uint8_t rtc_always_24_hours; /* Cloud Hypervisor: register B says 12 hours, but means 24 */
    uint8_t debug_port_402;      /* DEBUG builds: the port read 0xE9 */
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

#define RUNTIME_CONFIGURATION_TABLES   32
#define RUNTIME_DRIVERS                16
#define RUNTIME_VIRTUAL_ADDRESS_EVENTS 32
#define RUNTIME_MEMORY_RANGES          64

/* Stays where it is until exit_boot_services() has been called: the runtime looks at reset_hook. */
struct runtime_interface {
    EFI_SYSTEM_TABLE *system_table; /* in the runtime image; src/efi fills in the boot-time parts,
                                       and renews the CRC when it changes something */
    EFI_RUNTIME_SERVICES *services; /* complete, CRC valid */
    EFI_CONFIGURATION_TABLE *configuration_tables; /* RUNTIME_CONFIGURATION_TABLES entries */
    uint32_t services_supported; /* EFI_RT_PROPERTIES_TABLE.RuntimeServicesSupported */

    /* What the OS may give virtual addresses to: of the final memory map the runtime keeps what has
     * EFI_MEMORY_RUNTIME or is of a runtime type. Called before exit_boot_services(). */
    void (*set_memory_map)(const EFI_MEMORY_DESCRIPTOR *map, size_t count);

    /* Tells the runtime that boot services are over: variables without runtime access vanish, and
     * the boot-time parts of the system table become NULL (UEFI 2.10 §7.4.6); its CRC is valid
     * after that. */
    void (*exit_boot_services)(void);

    /* EFI_OUT_OF_RESOURCES when the fixed tables are full; EFI_NOT_FOUND from the remove_
     * functions. */
    EFI_STATUS (*add_driver)(const struct runtime_driver *driver);
    EFI_STATUS (*remove_driver)(uint64_t base);

    /* Events of type EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE and of that group. SetVirtualAddressMap
     * calls them by falling TPL, in the order of their addition within one TPL. */
    EFI_STATUS(*add_virtual_address_event)
    (EFI_EVENT event, EFI_EVENT_NOTIFY function, void *context, EFI_TPL tpl);
    EFI_STATUS (*remove_virtual_address_event)(EFI_EVENT event);

    /* GetNextMonotonicCount's work (UEFI 2.10 §7.5): the high part lasts over resets as far as
     * variables do. EFI_DEVICE_ERROR when it cannot be stored. */
    EFI_STATUS (*next_monotonic_count)(uint64_t *ret);

    /* Set by src/efi; called by ResetSystem before the machine is reset, while boot services are
     * there; may be NULL. */
    void (*reset_hook)(EFI_RESET_TYPE type, EFI_STATUS status, size_t data_size, void *data);
};

/* The entry point of the runtime image: PE entry, but with these arguments and the System V calling
 * convention. */
typedef EFI_STATUS (*runtime_entry_fn)(const struct runtime_config *config,
                                       struct runtime_interface *ret_interface);
