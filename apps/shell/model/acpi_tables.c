/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/acpi_tables.h"

#include "efi/guid.h"
#include "efi/system_table.h"
#include "lib/memory.h"
#include "shell/model/memory_map.h"
#include "shell/print.h"
#include "shell/shell.h"

uint8_t acpi_checksum(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t at = 0; at < size; at++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[at]);
    return sum;
}

struct walk {
    EFI_STATUS (*visit)(const struct acpi_header *table, void *context);
    void *context;
    struct memory_map map;
};

/* NULL, and a complaint, when the table is not in memory that the map describes. */
static const struct acpi_header *table_at(const struct walk *walk, uint64_t address)
{
    const struct acpi_header *table = (const void *)(uintptr_t)address;
    if (memory_map_has(&walk->map, address, sizeof *table) && table->length >= sizeof *table &&
        memory_map_has(&walk->map, address, table->length))
        return table;
    complain("there is no table at 0x%llX", (unsigned long long)address);
    return NULL;
}

static EFI_STATUS visit_dsdt(const struct walk *walk, const struct acpi_header *table)
{
    struct acpi_fadt fadt = {0};
    memcpy(&fadt, table, MIN((size_t)table->length, sizeof fadt));
    uint64_t address = fadt.x_dsdt != 0 ? fadt.x_dsdt : fadt.dsdt;
    const struct acpi_header *dsdt = address != 0 ? table_at(walk, address) : NULL;
    return dsdt != NULL ? walk->visit(dsdt, walk->context) : EFI_SUCCESS;
}

/* The root table's entries are `width` bytes, unaligned. */
static EFI_STATUS visit_entries(const struct walk *walk, const struct acpi_header *root,
                                size_t width)
{
    EFI_STATUS status = walk->visit(root, walk->context);
    for (size_t at = sizeof *root; !EFI_ERROR(status) && at + width <= root->length; at += width) {
        uint64_t address = 0;
        memcpy(&address, (const char *)root + at, width);
        const struct acpi_header *table = table_at(walk, address);
        if (table == NULL)
            continue;
        status = walk->visit(table, walk->context);
        if (!EFI_ERROR(status) && table->signature == ACPI_SIGNATURE('F', 'A', 'C', 'P'))
            status = visit_dsdt(walk, table);
    }
    return status;
}

static const struct acpi_rsdp *find_rsdp(void)
{
    const struct acpi_rsdp *rsdp = NULL;
    for (size_t at = 0; at < shell.table->NumberOfTableEntries; at++) {
        const EFI_CONFIGURATION_TABLE *entry = &shell.table->ConfigurationTable[at];
        if (guid_equal(&entry->VendorGuid, GUID_OF(EFI_ACPI_20_TABLE)))
            return entry->VendorTable;
        if (guid_equal(&entry->VendorGuid, GUID_OF(ACPI_TABLE)))
            rsdp = entry->VendorTable;
    }
    return rsdp;
}

EFI_STATUS acpi_each_table(EFI_STATUS (*visit)(const struct acpi_header *table, void *context),
                           void *context)
{
    struct walk walk = {.visit = visit, .context = context};
    const struct acpi_rsdp *rsdp = find_rsdp();
    if (rsdp == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status = memory_map_read(&walk.map);
    if (EFI_ERROR(status))
        return complain_status(status, "memory map");
    bool is_xsdt = rsdp->revision >= 2 && rsdp->xsdt_address != 0;
    const struct acpi_header *root =
        table_at(&walk, is_xsdt ? rsdp->xsdt_address : rsdp->rsdt_address);
    status = root != NULL ? visit_entries(&walk, root, is_xsdt ? 8 : 4) : EFI_VOLUME_CORRUPTED;
    memory_map_free(&walk.map);
    return status;
}

static void print_gas(const char *name, const struct acpi_gas *gas)
{
    if (gas->address != 0)
        print("  %-22s space %u, %u bits, 0x%llX\n", name, gas->space_id, gas->bit_width,
              (unsigned long long)gas->address);
}

static void explain_fadt(const struct acpi_header *table)
{
    struct acpi_fadt f = {0};
    memcpy(&f, table, MIN((size_t)table->length, sizeof f));
    print("  %-22s 0x%X\n  %-22s 0x%llX\n  %-22s 0x%X\n  %-22s %u\n  %-22s 0x%04X\n"
          "  %-22s 0x%08X\n  %-22s 0x%02X\n",
          "FACS", f.firmware_ctrl, "DSDT", (unsigned long long)(f.x_dsdt != 0 ? f.x_dsdt : f.dsdt),
          "PM timer", f.pm_tmr_blk, "SCI interrupt", f.sci_int, "Boot architecture",
          f.iapc_boot_arch, "Flags", f.flags, "Reset value", f.reset_value);
    print_gas("Reset register", &f.reset_reg);
    print_gas("PM1a control", &f.x_pm1a_cnt_blk);
    print_gas("PM timer block", &f.x_pm_tmr_blk);
    print_gas("Sleep control", &f.sleep_control_reg);
    print_gas("Sleep status", &f.sleep_status_reg);
}

/* What MADT's structures have in common is type and length. */
static void explain_madt_entry(const uint8_t *at, uint8_t length)
{
    struct acpi_madt_local_apic apic;
    struct acpi_madt_io_apic io;
    struct acpi_madt_local_x2apic x2apic;
    if (at[0] == ACPI_MADT_LOCAL_APIC && length >= sizeof apic) {
        memcpy(&apic, at, sizeof apic);
        print("  Local APIC 0x%02X, processor %u, flags 0x%X\n", apic.apic_id, apic.processor_uid,
              apic.flags);
    } else if (at[0] == ACPI_MADT_IO_APIC && length >= sizeof io) {
        memcpy(&io, at, sizeof io);
        print("  I/O APIC %u at 0x%08X, from interrupt %u\n", io.io_apic_id, io.address,
              io.gsi_base);
    } else if (at[0] == ACPI_MADT_LOCAL_X2APIC && length >= sizeof x2apic) {
        memcpy(&x2apic, at, sizeof x2apic);
        print("  Local x2APIC 0x%X, processor %u, flags 0x%X\n", x2apic.x2apic_id,
              x2apic.processor_uid, x2apic.flags);
    } else {
        print("  Structure of type %u, %u bytes\n", at[0], length);
    }
}

static void explain_madt(const struct acpi_header *table)
{
    const uint8_t *bytes = (const uint8_t *)table;
    struct acpi_madt madt = {0};
    memcpy(&madt, table, MIN((size_t)table->length, sizeof madt));
    print("  Local APICs at 0x%08X, flags 0x%X\n", madt.local_apic_address, madt.flags);
    for (size_t at = sizeof madt; at + 2 <= table->length && !shell_interrupted();) {
        uint8_t length = bytes[at + 1];
        if (length < 2 || length > table->length - at) {
            print("  a structure at 0x%zX is damaged\n", at);
            return;
        }
        explain_madt_entry(bytes + at, length);
        at += length;
    }
}

static void explain_mcfg(const struct acpi_header *table)
{
    struct acpi_mcfg_allocation a;
    for (size_t at = ACPI_MCFG_FIRST; at + sizeof a <= table->length && !shell_interrupted();
         at += sizeof a) {
        memcpy(&a, (const char *)table + at, sizeof a);
        print("  Segment %u, buses %u to %u at 0x%llX\n", a.segment, a.bus_start, a.bus_end,
              (unsigned long long)a.base);
    }
}

bool acpi_explain(const struct acpi_header *table)
{
    static const struct {
        uint32_t signature;
        void (*explain)(const struct acpi_header *table);
    } known[] = {
        {ACPI_SIGNATURE('F', 'A', 'C', 'P'), explain_fadt},
        {ACPI_SIGNATURE('A', 'P', 'I', 'C'), explain_madt},
        {ACPI_SIGNATURE('M', 'C', 'F', 'G'), explain_mcfg},
    };
    for (size_t at = 0; at < ARRAY_SIZE(known); at++)
        if (known[at].signature == table->signature) {
            known[at].explain(table);
            return true;
        }
    return false;
}
