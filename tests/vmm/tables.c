/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hw/pvh.h"
#include "hw/smbios.h"
#include "vmm/machine.h"

/* The tables are the bytes that were dumped from Cloud Hypervisor (tests/fixtures). What depends on
 * the flags is changed in them. */

#define FIXTURE      "tests/fixtures/cloud-hypervisor/memory-512M-one-disk.txt"
#define START_INFO   0x6000u
#define MODULES      0x6040u
#define MAP          0x7000u
#define COMMAND_LINE 0x20000u
#define COMMAND_MAX  0x10000u
#define SMBIOS       0xf0000u
#define SMBIOS_TABLE 0xf0018u
#define MP_TABLE     0xf0090u /* in the dump: the first free 16 bytes behind SMBIOS */

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

static void write_map(struct vm *vm)
{
    struct hvm_memmap_table_entry entries[4] = {
        {0, 0xa0000, 1, 0},
        {0x100000, vm->low_size - 0x100000, 1, 0},
    };
    uint32_t count = 2;
    if (vm->high_size != 0)
        entries[count++] = (struct hvm_memmap_table_entry){HIGH_RAM, vm->high_size, 1, 0};
    entries[count++] = (struct hvm_memmap_table_entry){ECAM, ECAM_SIZE, 2, 0};
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
    write_map(vm);
    write_acpi_tables(vm);
    write_command_line(vm);
    load_initramfs(vm);
    struct smbios3_entry *entry = vm_memory(vm, SMBIOS, sizeof *entry);
    uint8_t mp_table[MP_TABLE_MAX];
    memcpy(mp_table, vm_memory(vm, MP_TABLE, sizeof mp_table), sizeof mp_table);
    memset(vm_memory(vm, MP_TABLE, sizeof mp_table), 0, sizeof mp_table);
    write_oem_strings(vm);
    write_mp_table(vm, mp_table, (SMBIOS_TABLE + entry->table_max_size + 15) & ~15u);
}
