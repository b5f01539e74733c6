/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/memory.h"
#include "lib/printf.h"
#include "shell/command.h"
#include "shell/model/memory_map.h"
#include "shell/print.h"
#include "shell/sfo.h"
#include "shell/shell.h"

enum { SFO };

static const struct option options[] = {
    {"-sfo", OPTION_FLAG, NULL, "Standard-format output."},
};

/* By EFI_MEMORY_TYPE; the names are those of the shell's specification. */
static const char *const names[EfiMaxMemoryType] = {
    "Reserved",  "LoaderCode", "LoaderData", "BS_Code",    "BS_Data",  "RT_Code",
    "RT_Data",   "Available",  "Unusable",   "ACPI_Recl",  "ACPI_NVS", "MMIO",
    "MMIO_Port", "PalCode",    "Persistent", "Unaccepted",
};

static void print_type(char *buffer, size_t size, uint32_t type)
{
    if (type < EfiMaxMemoryType)
        format_text(buffer, size, "%s", names[type]);
    else
        format_text(buffer, size, "0x%08X", type);
}

static void show(bool sfo, const EFI_MEMORY_DESCRIPTOR *d)
{
    char type[16];
    uint64_t last = d->PhysicalStart + d->NumberOfPages * 4096 - 1;
    print_type(type, sizeof type, d->Type);
    if (!sfo) {
        print("%-10s %016llX-%016llX %016llX %016llX\n", type, (unsigned long long)d->PhysicalStart,
              (unsigned long long)last, (unsigned long long)d->NumberOfPages,
              (unsigned long long)d->Attribute);
        return;
    }
    sfo_row("MemoryMap");
    sfo_column("%s", type);
    sfo_column("%llX", (unsigned long long)d->PhysicalStart);
    sfo_column("%llX", (unsigned long long)last);
    sfo_column("%llX", (unsigned long long)d->NumberOfPages);
    sfo_column("%llX", (unsigned long long)d->Attribute);
    sfo_end();
}

/* What can be used as memory, now or later. */
static bool counts(size_t type)
{
    return type != EfiReservedMemoryType && type != EfiUnusableMemory &&
           type != EfiMemoryMappedIO && type != EfiMemoryMappedIOPortSpace;
}

/* One row of bytes, whose columns the specification has put in this order. */
static void show_summary_row(uint64_t total, const uint64_t pages[EfiMaxMemoryType + 1])
{
    static const uint8_t columns[] = {
        EfiReservedMemoryType,  EfiBootServicesCode,
        EfiBootServicesData,    EfiRuntimeServicesCode,
        EfiRuntimeServicesData, EfiLoaderCode,
        EfiLoaderData,          EfiConventionalMemory,
        EfiMemoryMappedIO,      EfiMemoryMappedIOPortSpace,
        EfiUnusableMemory,      EfiACPIReclaimMemory,
        EfiACPIMemoryNVS,       EfiPalCode,
        EfiPersistentMemory,
    };
    sfo_row("MemoryMapSummary");
    sfo_column("%llu", (unsigned long long)total * 4096);
    for (size_t at = 0; at < ARRAY_SIZE(columns); at++)
        sfo_column("%llu", (unsigned long long)pages[columns[at]] * 4096);
    sfo_end();
}

static void show_totals(bool sfo, const uint64_t pages[EfiMaxMemoryType + 1])
{
    uint64_t total = 0;
    for (size_t type = 0; type <= EfiMaxMemoryType; type++) {
        const char *name = type < EfiMaxMemoryType ? names[type] : "Other";
        total += counts(type) ? pages[type] : 0;
        if (pages[type] != 0 && !sfo)
            print("  %-10s: %10llu pages (%llu bytes)\n", name, (unsigned long long)pages[type],
                  (unsigned long long)pages[type] * 4096);
    }
    if (sfo)
        show_summary_row(total, pages);
    else
        print("Total memory: %llu MiB (%llu bytes)\n", (unsigned long long)(total / 256),
              (unsigned long long)total * 4096);
}

static EFI_STATUS memmap(struct invocation *i)
{
    uint64_t pages[EfiMaxMemoryType + 1] = {0};
    bool sfo = i->values[SFO] != NULL;
    struct memory_map map;
    EFI_STATUS status = memory_map_read(&map);
    if (EFI_ERROR(status))
        return complain_status(status, "memory map");
    if (sfo)
        sfo_command("memmap");
    else
        print("Type       Start            End              # Pages          Attributes\n");
    for (size_t at = 0; at + map.descriptor_size <= map.size && !shell_interrupted();
         at += map.descriptor_size) {
        const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(map.data + at);
        show(sfo, d);
        pages[MIN(d->Type, (uint32_t)EfiMaxMemoryType)] += d->NumberOfPages;
    }
    if (!sfo)
        print("\n");
    show_totals(sfo, pages);
    memory_map_free(&map);
    return EFI_SUCCESS;
}

SHELL_COMMAND(memmap_command) = {
    .name = "memmap",
    .run = memmap,
    .summary = "Shows the memory map.",
    .operands = "",
    .details = "The total leaves out reserved and unusable ranges and those of devices.",
    OPTIONS(options),
};
