/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "hw/acpi.h"
#include "vmm/acpi.h"
#include "vmm/kind.h"

/* The fixture's tables in memory are taken up, changed for the flags, and laid down again: DSDT,
 * what the XSDT lists, and the XSDT, one behind the other. */

#define ROOM       0x61000u /* for one to grow: 96 host bridges of DSDT_BRIDGE_MAX, and one more */
#define LISTED_MAX 8u

static void mend(void *table)
{
    struct acpi_header *header = table;
    uint8_t sum = 0;
    header->checksum = 0;
    for (uint32_t i = 0; i < header->length; i++)
        sum = (uint8_t)(sum + ((uint8_t *)table)[i]);
    header->checksum = (uint8_t)-sum;
}

void acpi_append(struct acpi_header *table, const void *data, uint32_t size)
{
    memcpy((uint8_t *)table + table->length, data, size);
    table->length += size;
}

/* A copy of the table in memory, changed for the flags. */
static struct acpi_header *take(struct vm *vm, uint64_t address)
{
    const struct machine_kind *kind = vm->options->kind;
    const struct acpi_header *header = vm_memory(vm, address, sizeof *header);
    struct acpi_header *copy = calloc(1, header->length + ROOM);
    if (copy == NULL)
        die("no memory");
    memcpy(copy, header, header->length);
    for (size_t i = 0; i < kind->fit_count; i++) {
        if (memcmp(&copy->signature, kind->fits[i].signature, 4) == 0)
            kind->fits[i].fit(vm, copy);
    }
    return copy;
}

static uint64_t lay_down(struct vm *vm, struct acpi_header *table, uint64_t *at)
{
    uint64_t address = *at;
    if (address + table->length > vm->options->kind->tables_end)
        die("the ACPI tables have no room");
    mend(table);
    memcpy(vm_memory(vm, address, table->length), table, table->length);
    *at += table->length;
    free(table);
    return address;
}

static void write_rsdp(struct vm *vm, uint64_t xsdt)
{
    struct acpi_rsdp *rsdp = vm_memory(vm, vm->options->kind->rsdp, sizeof *rsdp);
    uint8_t sum = 0;
    rsdp->xsdt_address = xsdt;
    rsdp->extended_checksum = 0;
    for (unsigned i = 0; i < sizeof *rsdp; i++)
        sum = (uint8_t)(sum + ((uint8_t *)rsdp)[i]);
    rsdp->extended_checksum = (uint8_t)-sum;
}

void write_acpi_tables(struct vm *vm)
{
    const struct machine_kind *kind = vm->options->kind;
    const struct acpi_rsdp *rsdp = vm_memory(vm, kind->rsdp, sizeof *rsdp);
    struct acpi_header *xsdt = take(vm, rsdp->xsdt_address), *tables[LISTED_MAX];
    uint64_t listed[LISTED_MAX], at = kind->tables;
    size_t count = (xsdt->length - sizeof *xsdt) / sizeof listed[0];
    memcpy(listed, xsdt + 1, count * sizeof listed[0]);
    struct acpi_header *dsdt = take(vm, kind->tables);
    for (size_t i = 0; i < count; i++)
        tables[i] = take(vm, listed[i]);
    lay_down(vm, dsdt, &at);
    for (size_t i = 0; i < count; i++)
        listed[i] = lay_down(vm, tables[i], &at);
    memcpy(xsdt + 1, listed, count * sizeof listed[0]);
    write_rsdp(vm, lay_down(vm, xsdt, &at));
}
