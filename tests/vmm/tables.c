/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/pvh.h"
#include "vmm/kind.h"
#include "vmm/machine.h"

/* Memory at entry is the fixture's (tests/fixtures); what depends on the flags is changed in it. */

#define START_INFO   0x6000u
#define MODULES      0x6040u
#define MAP          0x7000u
#define COMMAND_LINE 0x20000u

static void load_fixture(struct vm *vm)
{
    const char *source = getenv("CLOUDHV_SOURCE");
    char path[4096], line[256];
    snprintf(path, sizeof path, "%s/tests/fixtures/%s", source != NULL ? source : ".",
             vm->options->kind->fixture);
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
    struct hvm_memmap_table_entry entries[MAP_ENTRIES_MAX] = {0};
    unsigned count = vm->options->kind->map(vm, entries);
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
    const struct machine_kind *kind = vm->options->kind;
    const char *line = vm->options->cmdline != NULL ? vm->options->cmdline : "";
    char *to = vm_memory(vm, COMMAND_LINE, kind->command_line_max);
    memset(to, 0, kind->command_line_max);
    if (strlen(line) >= kind->command_line_max)
        die("--cmdline: too long");
    strcpy(to, line);
    if (kind->extend_command_line != NULL)
        kind->extend_command_line(vm, to, kind->command_line_max);
}

void write_tables(struct vm *vm)
{
    load_fixture(vm);
    write_map(vm);
    write_acpi_tables(vm);
    write_command_line(vm);
    load_initramfs(vm);
    if (vm->options->kind->write_other_tables != NULL)
        vm->options->kind->write_other_tables(vm);
}
