/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdlib.h>
#include <string.h>

#include "models/bus.h"
#include "platform/acpi_machine.h"
#include "platform/acpi_publish.h"
#include "platform/acpi_tables.h"
#include "platform/aml.h"
#include "platform/pci_segments.h"
#include "platform/processor_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is memory from 0xA0000 on, where Cloud Hypervisor has its tables; the other 1 MiB is
 * zero. Checksums are made right, or nothing would be read. */

#define TABLES      0xa0000u
#define ONE_MIB     0x100000u
#define INPUT_MAX   (ONE_MIB - TABLES)
#define SEGMENTS    4
#define WINDOWS_MAX 16

static uint8_t low[ONE_MIB];
static struct bus bus;
static struct bus_memory memory = {.size = ONE_MIB, .host = low};

static void mend(uint64_t address, size_t length, uint64_t where)
{
    if (address >= ONE_MIB || length > ONE_MIB - address || where >= ONE_MIB)
        return;
    uint8_t sum = 0;
    low[where] = 0;
    for (size_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + low[address + i]);
    low[where] = (uint8_t)-sum;
}

static uint32_t get32(uint64_t address)
{
    uint32_t value = 0;
    if (address <= ONE_MIB - 4)
        memcpy(&value, low + address, 4);
    return value;
}

static void mend_table(uint64_t address)
{
    if (address >= TABLES && address < ONE_MIB - sizeof(struct acpi_header))
        mend(address, get32(address + 4), address + 9);
}

static void mend_all(void)
{
    uint64_t root = low[TABLES + 15] >= 2 ? get32(TABLES + 24) : get32(TABLES + 16);
    uint32_t length = get32(root + 4);
    unsigned width = low[TABLES + 15] >= 2 ? 8 : 4;
    for (uint64_t at = root + 36; at < root + length && at - root < 512; at += width) {
        uint64_t table = get32(at);
        mend_table(get32(table + 40));
        mend_table(get32(table + 140));
        mend_table(table);
    }
    mend_table(root);
    mend(TABLES, 20, TABLES + 8);
    mend(TABLES, get32(TABLES + 20), TABLES + 32);
}

static void publish(const struct acpi_tables *tables)
{
    struct machine machine = {.rsdp = tables->rsdp};
    if (tables->revision < 2 && tables->root.address != 0) {
        machine.rsdt = tables->root.address;
        machine.rsdt_size = tables->root.size;
    }
    size_t size = acpi_publish_size(&machine);
    void *space = malloc(size + 1);
    struct acpi_publication publication;
    if (EFI_ERROR(acpi_publish(&machine, space, size, &publication)) && tables->rsdp != 0)
        abort();
    free(space);
}

static void list_processors(const struct acpi_table *madt, uint32_t boot)
{
    struct machine machine = {.madt = madt->address, .madt_size = madt->size};
    uint32_t *ids;
    size_t count;
    if (EFI_ERROR(processor_list(&machine, boot, &ids, &count)))
        abort();
    if (count == 0 || count > PROCESSORS_MAX || ids[processor_list_find(ids, count, boot)] != boot)
        abort();
    for (size_t i = 1; i < count; i++)
        if (ids[i - 1] >= ids[i])
            abort();
    free(ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (bus.memory == NULL)
        bus_add_memory(&bus, &memory);
    bus_use(&bus);
    size = size < INPUT_MAX ? size : INPUT_MAX;
    memset(low + TABLES, 0, INPUT_MAX);
    memcpy(low + TABLES, data, size);
    mend_all();

    static struct memory_map map;
    map.count = 0;
    struct acpi_tables tables;
    acpi_find_tables(TABLES, &map, &tables);

    struct machine_power power = {0};
    uint16_t port = 0;
    acpi_read_fadt(&tables.fadt, &power, &port);
    struct acpi_interrupts interrupts;
    acpi_read_madt(&tables.madt, &interrupts);
    if (interrupts.processor_count == 0 || interrupts.io_apic_count > ACPI_IO_APICS_MAX)
        abort();
    list_processors(&tables.madt, get32(TABLES));

    static struct aml_findings findings;
    struct pci_window windows[WINDOWS_MAX];
    findings.windows = (struct aml_windows){.list = windows, .max = WINDOWS_MAX};
    struct reader code = acpi_read(&tables.dsdt);
    aml_read(code, &findings);
    struct pci_segment segments[SEGMENTS];
    bool knows_all = power.hardware_reduced && tables.dsdt.size != 0;
    size_t count = pci_segments_find(&tables.mcfg, &findings, &map, knows_all, segments, SEGMENTS);
    if ((count == 0 && !knows_all) || count > SEGMENTS)
        abort();
    publish(&tables);
    return 0;
}
