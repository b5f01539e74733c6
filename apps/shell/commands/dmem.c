/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/pci_root_bridge_io.h"
#include "efi/system_table.h"
#include "shell/command.h"
#include "shell/dump.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { MMIO };

static const struct option options[] = {
    {"-mmio", OPTION_FLAG, NULL, "Reads a device's memory, by the PCI root bridge."},
};

static void show_system_table(void)
{
    static const struct {
        const char *name;
        EFI_GUID guid;
    } tables[] = {
        {"ACPI 2.0", EFI_ACPI_20_TABLE_GUID},
        {"ACPI 1.0", ACPI_TABLE_GUID},
        {"SMBIOS", SMBIOS_TABLE_GUID},
        {"SMBIOS 3", SMBIOS3_TABLE_GUID},
        {"Memory attributes", EFI_MEMORY_ATTRIBUTES_TABLE_GUID},
        {"Runtime properties", EFI_RT_PROPERTIES_TABLE_GUID},
    };
    const EFI_SYSTEM_TABLE *table = shell.table;
    print("\nSystem table at %p, revision 0x%X\n"
          "ConIn %p, ConOut %p, StdErr %p\n"
          "Runtime services %p, boot services %p\n",
          (const void *)table, table->Hdr.Revision, (void *)table->ConIn, (void *)table->ConOut,
          (void *)table->StdErr, (void *)table->RuntimeServices, (void *)table->BootServices);
    for (size_t at = 0; at < table->NumberOfTableEntries; at++) {
        const EFI_CONFIGURATION_TABLE *entry = &table->ConfigurationTable[at];
        const char *name = "";
        for (size_t n = 0; n < ARRAY_SIZE(tables); n++)
            if (guid_equal(&entry->VendorGuid, &tables[n].guid))
                name = tables[n].name;
        print("%pU %p %s\n", &entry->VendorGuid, entry->VendorTable, name);
    }
}

/* Registers want to be read once, byte by byte as people ask. */
static EFI_STATUS dump_mmio(struct invocation *i, uint64_t address, size_t size)
{
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *bridge =
        first_interface(GUID_OF(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL));
    void *buffer = arena_alloc(i->arena, size);
    if (bridge == NULL)
        return complain_status(EFI_NOT_FOUND, "PCI root bridge");
    if (buffer == NULL)
        return complain_status(EFI_OUT_OF_RESOURCES, "%zu bytes", size);
    EFI_STATUS status = bridge->Mem.Read(bridge, EfiPciWidthUint8, address, size, buffer);
    if (EFI_ERROR(status))
        return complain_status(status, "0x%llX", (unsigned long long)address);
    dump_bytes(address, buffer, size);
    return EFI_SUCCESS;
}

static EFI_STATUS dmem(struct invocation *i)
{
    uint64_t address = (uintptr_t)shell.table, size = i->count == 0 ? sizeof *shell.table : 512;
    if (i->count > 0 && !command_number(i->operands[0], true, &address))
        return EFI_INVALID_PARAMETER;
    if (i->count > 1 && !command_number(i->operands[1], true, &size))
        return EFI_INVALID_PARAMETER;
    if (size > UINT64_MAX - address) {
        complain("memory ends before that");
        return EFI_INVALID_PARAMETER;
    }
    print("Memory at 0x%llX, 0x%llX bytes\n", (unsigned long long)address,
          (unsigned long long)size);
    if (i->values[MMIO] != NULL)
        return dump_mmio(i, address, size);
    dump_bytes(address, (const void *)(uintptr_t)address, size);
    if (i->count == 0)
        show_system_table();
    return shell_interrupted() ? EFI_ABORTED : EFI_SUCCESS;
}

SHELL_COMMAND(dmem_command) = {
    .name = "dmem",
    .run = dmem,
    .summary = "Shows memory.",
    .operands = "[address [size]]",
    .details = "Numbers are hexadecimal. Without an address the system table is shown. What is no\n"
               "memory, as page 0, is a fault that stops the machine.",
    .examples = "  dmem\n  dmem 100000 40",
    OPTIONS(options),
    .most = 2,
};
