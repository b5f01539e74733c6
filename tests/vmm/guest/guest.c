/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* What the bench boots: an EFI application that tells what it finds, one "guest: key=value" a line,
 * and turns the machine off. */
#include "efi/boot_services.h"
#include "efi/runtime_services.h"
#include "efi/system_table.h"
#include "vmm/guest/text.h"

#define DEBUG_PORT 0x80
#define MARK       0xa5 /* tests/vmm/machine.h */
#define ONE_MIB    0x100000ull

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

static void tell(const char *key, uint64_t value)
{
    print("guest: ");
    print(key);
    print("=0x");
    print_number(value, 1);
    print("\r\n");
}

static bool is_free(uint32_t type)
{
    return type == EfiConventionalMemory || (type >= EfiLoaderCode && type <= EfiBootServicesData);
}

static uint64_t overlap(const EFI_MEMORY_DESCRIPTOR *d, uint64_t base, uint64_t end)
{
    uint64_t start = d->PhysicalStart, stop = start + d->NumberOfPages * EFI_PAGE_SIZE;
    start = start > base ? start : base;
    stop = stop < end ? stop : end;
    return start < stop ? stop - start : 0;
}

/* How much the OS will have, and what the legacy range is. */
static void tell_memory(void)
{
    static uint8_t buffer[16384] __attribute__((aligned(8)));
    size_t size = sizeof buffer, key, step;
    uint32_t version;
    if (EFI_ERROR(st->BootServices->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)(void *)buffer,
                                                 &key, &step, &version)))
        return;
    uint64_t all = 0, low = 0, legacy_type = EfiMaxMemoryType;
    for (size_t at = 0; at < size; at += step) {
        const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(const void *)(buffer + at);
        if (overlap(d, 0xa0000, ONE_MIB) == 0x60000)
            legacy_type = d->Type;
        if (!is_free(d->Type))
            continue;
        all += d->NumberOfPages * EFI_PAGE_SIZE;
        low += overlap(d, ONE_MIB, 64 * ONE_MIB);
    }
    tell("free", all);
    tell("free-1-64", low);
    tell("legacy-type", legacy_type);
}

static bool same(const EFI_GUID *a, const EFI_GUID *b)
{
    const uint64_t *x = (const uint64_t *)(const void *)a, *y = (const uint64_t *)(const void *)b;
    return x[0] == y[0] && x[1] == y[1];
}

static void tell_tables(void)
{
    static const EFI_GUID acpi20 = EFI_ACPI_20_TABLE_GUID, smbios3 = SMBIOS3_TABLE_GUID;
    for (size_t i = 0; i < st->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &st->ConfigurationTable[i];
        if (same(&table->VendorGuid, &acpi20))
            tell("acpi20", (uint64_t)(uintptr_t)table->VendorTable);
        if (same(&table->VendorGuid, &smbios3))
            tell("smbios3", (uint64_t)(uintptr_t)table->VendorTable);
    }
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
    __asm__ volatile("outb %0, %1" : : "a"((uint8_t)MARK), "Nd"((uint16_t)DEBUG_PORT));
    st = system;
    print("guest: here\r\n");
    tell_memory();
    tell_tables();
    EFI_TIME time;
    if (!EFI_ERROR(st->RuntimeServices->GetTime(&time, NULL)))
        tell("year", time.Year);
    st->BootServices->Stall(1000);
    print("guest: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
