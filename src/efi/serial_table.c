/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/serial_table.h"

#include "core/log.h"
#include "drivers/uart.h"
#include "efi/acpi_root.h"
#include "efi/protocols/acpi_table.h"
#include "hw/acpi.h"
#include "lib/ascii.h"
#include "lib/status_name.h"

#define COM1_IRQ 4 /* and the global system interrupt of the same number */

static struct acpi_spcr spcr = {
    .header =
        {
            .signature = ACPI_SIGNATURE('S', 'P', 'C', 'R'),
            .length = sizeof spcr,
            .revision = 2,
            .oem_id = {'C', 'L', 'O', 'U', 'D', 'H'},
            .oem_table_id = {'C', 'O', 'N', 'S', 'O', 'L', 'E', ' '},
            .oem_revision = 1,
            .creator_id = ACPI_SIGNATURE('C', 'L', 'H', 'V'),
            .creator_revision = 1,
        },
    .interface_type = ACPI_SPCR_16550,
    .base = {.space_id = ACPI_SPACE_IO, .bit_width = 8, .access_size = 1, .address = UART_COM1},
    .global_system_interrupt = COM1_IRQ,
    .baud_rate = ACPI_SPCR_115200,
    .stop_bits = 1,
    .terminal_type = ACPI_SPCR_VT_UTF8,
    .pci_device_id = 0xffff, /* not a PCI device */
    .pci_vendor_id = 0xffff,
};

static bool wanted(void)
{
    const char *option = host_option("console");
    if (option != NULL && ascii_equal(option, "no-spcr"))
        return false;
    if (option != NULL && !ascii_equal(option, "spcr"))
        log_warning("cloudhv.console=%s is not known: spcr and no-spcr are", option);
    return true;
}

void serial_table_publish(const struct machine *machine)
{
    size_t key;
    if (!wanted())
        return;
    spcr.interrupt_type = ACPI_SPCR_IO_APIC;
    if (machine->has_8259) {
        spcr.interrupt_type |= ACPI_SPCR_8259;
        spcr.irq = COM1_IRQ;
    }
    EFI_STATUS status = acpi_root_find();
    if (!EFI_ERROR(status))
        status =
            acpi_table_protocol.InstallAcpiTable(&acpi_table_protocol, &spcr, sizeof spcr, &key);
    /* No tables at all; or the VMM has an SPCR. */
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND && status != EFI_ACCESS_DENIED)
        log_warning("the serial console is not in the ACPI tables: %s", status_name(status));
}
