/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hw/acpi.h"
#include "hw/pvh.h"
#include "hw/smbios.h"
#include "vmm/machine.h"

/* The tables are the bytes that were dumped from Cloud Hypervisor (tests/fixtures). What depends on
 * the size of RAM and on the width of addresses is changed in them, and their checksums. */

#define FIXTURE        "tests/fixtures/cloud-hypervisor/memory-512M-one-disk.txt"
#define START_INFO     0x6000u
#define MODULES        0x6040u
#define MAP            0x7000u
#define COMMAND_LINE   0x20000u
#define COMMAND_MAX    0x10000u
#define DSDT           0xa0024u
#define SMBIOS         0xf0000u
#define SMBIOS_TABLE   0xf0018u
#define FIXTURE_BITS   46u
#define QWORD_RESOURCE 0x8a

static void load_fixture(struct vm *vm)
{
    const char *source = getenv("CLOUDHV_SOURCE");
    char path[4096], line[256];
    snprintf(path, sizeof path, "%s/" FIXTURE, source != NULL ? source : ".");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        die("%s: cannot be opened", path);
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest;
        uint64_t address = strtoull(line, &rest, 16);
        if (line[0] == '#' || *rest != ':')
            continue;
        for (rest++;; address++) {
            char *end;
            unsigned long byte = strtoul(rest, &end, 16);
            if (end == rest)
                break;
            *(uint8_t *)vm_memory(vm, address, 1) = (uint8_t)byte;
            rest = end;
        }
    }
    fclose(file);
}

static void mend(uint8_t *table)
{
    uint32_t length;
    memcpy(&length, table + 4, 4);
    table[9] = 0;
    uint8_t sum = 0;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + table[i]);
    table[9] = (uint8_t)-sum;
}

/* An address near the top of the fixture's address space moves to the top of ours. */
static uint64_t moved(const struct vm *vm, uint64_t address)
{
    if (address < 1ull << (FIXTURE_BITS - 1) || address > 1ull << FIXTURE_BITS)
        return address;
    return address - (1ull << FIXTURE_BITS) + (1ull << vm->options->physical_bits);
}

/* QWordMemory descriptors, and the 64-bit constants of operation regions. */
static void fit_dsdt(struct vm *vm)
{
    uint8_t *table = vm_memory(vm, DSDT, 0x122f);
    for (uint32_t at = 36; at + 46 <= 0x122f; at++) {
        uint64_t numbers[5], constant;
        memcpy(&constant, table + at + 1, 8);
        if (table[at] == 0x0e && constant >> (FIXTURE_BITS - 1) == 1) {
            constant = moved(vm, constant);
            memcpy(table + at + 1, &constant, 8);
        }
        if (table[at] != QWORD_RESOURCE || table[at + 1] != 0x2b || table[at + 2] != 0)
            continue;
        memcpy(numbers, table + at + 6, sizeof numbers);
        if (numbers[1] == HIGH_RAM)
            numbers[1] += vm->high_size;
        numbers[1] = moved(vm, numbers[1]);
        numbers[2] = moved(vm, numbers[2]);
        numbers[4] = numbers[2] - numbers[1] + 1;
        memcpy(table + at + 6, numbers, sizeof numbers);
        at += 45;
    }
    mend(table);
}

static void write_map(struct vm *vm)
{
    struct hvm_memmap_table_entry entries[4] = {
        {0, 0xa0000, 1, 0},
        {0x100000, vm->low_size - 0x100000, 1, 0},
    };
    uint32_t count = 2;
    if (vm->high_size != 0)
        entries[count++] = (struct hvm_memmap_table_entry){HIGH_RAM, vm->high_size, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){ECAM, 256ull << 20, 2, 0};
    memcpy(vm_memory(vm, MAP, sizeof entries), entries, count * sizeof entries[0]);
    struct hvm_start_info *info = vm_memory(vm, START_INFO, sizeof *info);
    info->memmap_entries = count;
}

/* At the end of low RAM, page aligned, as it was seen. */
static void load_initramfs(struct vm *vm)
{
    const char *path = vm->options->initramfs;
    if (path == NULL)
        return;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("%s: cannot be opened", path);
    fseek(file, 0, SEEK_END);
    uint64_t size = (uint64_t)ftell(file);
    rewind(file);
    uint64_t at = (vm->low_size - size) & ~0xfffull;
    void *to = size < vm->low_size ? vm_memory(vm, at, size) : NULL;
    if (to == NULL || fread(to, 1, size, file) != size)
        die("%s: cannot be loaded", path);
    fclose(file);
    struct hvm_modlist_entry module = {at, size, 0, 0};
    memcpy(vm_memory(vm, MODULES, sizeof module), &module, sizeof module);
    struct hvm_start_info *info = vm_memory(vm, START_INFO, sizeof *info);
    info->nr_modules = 1;
    info->modlist_paddr = MODULES;
}

static void write_command_line(struct vm *vm)
{
    const char *line = vm->options->cmdline != NULL ? vm->options->cmdline : "";
    if (strlen(line) >= COMMAND_MAX)
        die("--cmdline: too long");
    strcpy(vm_memory(vm, COMMAND_LINE, COMMAND_MAX), line);
}

/* The type 11 structure goes in front of the end of the table. */
static void write_oem_strings(struct vm *vm)
{
    const struct machine_options *options = vm->options;
    if (options->oem_string_count == 0)
        return;
    uint8_t *table = vm_memory(vm, SMBIOS_TABLE, 0x10000 - 0x18);
    struct smbios3_entry *entry = vm_memory(vm, SMBIOS, sizeof *entry);
    uint8_t end[6];
    uint8_t *at = table + entry->table_max_size - sizeof end;
    memcpy(end, at, sizeof end);
    const uint8_t header[5] = {SMBIOS_TYPE_OEM_STRINGS, 5, 3, 0,
                               (uint8_t)options->oem_string_count};
    memcpy(at, header, sizeof header);
    at += sizeof header;
    for (unsigned i = 0; i < options->oem_string_count; i++)
        at = (uint8_t *)stpcpy((char *)at, options->oem_strings[i]) + 1;
    *at++ = 0;
    end[2] = 4;
    memcpy(at, end, sizeof end);
    entry->table_max_size = (uint32_t)(at + sizeof end - table);
    entry->checksum = 0;
    uint8_t sum = 0;
    for (unsigned i = 0; i < sizeof *entry; i++)
        sum = (uint8_t)(sum + ((uint8_t *)entry)[i]);
    entry->checksum = (uint8_t)-sum;
}

void write_tables(struct vm *vm)
{
    load_fixture(vm);
    fit_dsdt(vm);
    write_map(vm);
    write_command_line(vm);
    load_initramfs(vm);
    write_oem_strings(vm);
}
