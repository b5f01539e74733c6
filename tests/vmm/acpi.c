/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "hw/acpi.h"
#include "vmm/dsdt.h"
#include "vmm/machine.h"

/* The dump's tables in memory are taken up, changed for the flags, and laid down again as Cloud
 * Hypervisor packs them: DSDT, FACP, MADT, MCFG, XSDT, one behind the other. The DSDT's objects of
 * the processors stay those of one processor. */

#define RSDP 0xa0000u
#define DSDT 0xa0024u
#define END  0xf0000u /* SMBIOS */

static void mend(void *table)
{
    struct acpi_header *header = table;
    uint8_t sum = 0;
    header->checksum = 0;
    for (uint32_t i = 0; i < header->length; i++)
        sum = (uint8_t)(sum + ((uint8_t *)table)[i]);
    header->checksum = (uint8_t)-sum;
}

static void append(struct acpi_header *table, const void *data, uint32_t size)
{
    memcpy((uint8_t *)table + table->length, data, size);
    table->length += size;
}

/* A copy of the table in memory, with room to grow. */
static struct acpi_header *take(struct vm *vm, uint64_t address, uint32_t room)
{
    const struct acpi_header *header = vm_memory(vm, address, sizeof *header);
    struct acpi_header *copy = calloc(1, header->length + room);
    if (copy == NULL)
        die("no memory");
    memcpy(copy, header, header->length);
    return copy;
}

/* An entry per processor in the place of the dump's one. */
static void fit_madt(struct vm *vm, struct acpi_header *madt)
{
    struct acpi_madt_local_x2apic entry;
    uint8_t rest[64], *first = (uint8_t *)madt + sizeof(struct acpi_madt);
    uint32_t behind = (uint32_t)(madt->length - sizeof(struct acpi_madt) - sizeof entry);
    memcpy(&entry, first, sizeof entry);
    memcpy(rest, first + sizeof entry, behind);
    madt->length = sizeof(struct acpi_madt);
    for (unsigned i = 0; i < vm->options->cpu_count; i++) {
        entry.x2apic_id = apic_id(vm->options, i);
        entry.processor_uid = i;
        append(madt, &entry, sizeof entry);
    }
    append(madt, rest, behind);
}

static void fit_mcfg(struct vm *vm, struct acpi_header *mcfg)
{
    struct acpi_mcfg_allocation entry;
    memcpy(&entry, (uint8_t *)mcfg + ACPI_MCFG_FIRST, sizeof entry);
    for (unsigned i = 1; i < vm->options->segment_count; i++) {
        entry.segment = (uint16_t)i;
        entry.base += 1 << 20;
        append(mcfg, &entry, sizeof entry);
    }
}

static uint64_t lay_down(struct vm *vm, struct acpi_header *table, uint64_t *at)
{
    uint64_t address = *at;
    if (address + table->length > END)
        die("the ACPI tables do not fit below SMBIOS");
    mend(table);
    memcpy(vm_memory(vm, address, table->length), table, table->length);
    *at += table->length;
    free(table);
    return address;
}

static void write_rsdp(struct vm *vm, uint64_t xsdt)
{
    struct acpi_rsdp *rsdp = vm_memory(vm, RSDP, sizeof *rsdp);
    uint8_t sum = 0;
    rsdp->xsdt_address = xsdt;
    rsdp->extended_checksum = 0;
    for (unsigned i = 0; i < sizeof *rsdp; i++)
        sum = (uint8_t)(sum + ((uint8_t *)rsdp)[i]);
    rsdp->extended_checksum = (uint8_t)-sum;
}

void write_acpi_tables(struct vm *vm)
{
    const struct acpi_rsdp *rsdp = vm_memory(vm, RSDP, sizeof *rsdp);
    struct acpi_header *xsdt = take(vm, rsdp->xsdt_address, 0);
    uint64_t listed[3], at = DSDT;
    memcpy(listed, xsdt + 1, sizeof listed);
    struct acpi_header *dsdt = take(vm, DSDT, vm->options->segment_count * DSDT_BRIDGE_MAX);
    struct acpi_header *facp = take(vm, listed[0], 0);
    struct acpi_header *madt =
        take(vm, listed[1], vm->options->cpu_count * sizeof(struct acpi_madt_local_x2apic));
    struct acpi_header *mcfg =
        take(vm, listed[2], vm->options->segment_count * sizeof(struct acpi_mcfg_allocation));
    dsdt_fit(vm, dsdt);
    fit_madt(vm, madt);
    fit_mcfg(vm, mcfg);
    lay_down(vm, dsdt, &at);
    listed[0] = lay_down(vm, facp, &at);
    listed[1] = lay_down(vm, madt, &at);
    listed[2] = lay_down(vm, mcfg, &at);
    memcpy(xsdt + 1, listed, sizeof listed);
    write_rsdp(vm, lay_down(vm, xsdt, &at));
}
