/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is the VMM's SMBIOS table; every record is visited, its strings replaced and removed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arch/io.h"
#include "efi/configuration_table.h"
#include "efi/protocols/smbios.h"
#include "efi/tpl.h"
#include "hw/smbios.h"

/* Addresses below 1 MiB need no memory map. */
#define ENTRY 0x1000u
#define TABLE 0x2000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct smbios3_entry entry;
static uint8_t *table;
static size_t table_size;

void *phys_to_virt(uint64_t address, uint64_t size)
{
    if (address == ENTRY && size <= sizeof entry)
        return &entry;
    if (address < TABLE || address - TABLE + size > table_size)
        abort();
    return table + (address - TABLE);
}

EFI_TPL tpl_raise_to(EFI_TPL tpl)
{
    return TPL_APPLICATION;
}

void EFIAPI efi_restore_tpl(EFI_TPL OldTpl)
{
}

EFI_STATUS EFIAPI efi_install_configuration_table(const EFI_GUID *Guid, void *Table)
{
    return EFI_SUCCESS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0x10000)
        return 0;
    table = malloc(size > 0 ? size : 1);
    table_size = size;
    memcpy(table, data, size);
    entry = (struct smbios3_entry){
        .length = sizeof entry, .table_max_size = (uint32_t)size, .table_address = TABLE};

    EFI_STATUS status = smbios_protocol_init(0, ENTRY);
    EFI_SMBIOS_HANDLE handle = SMBIOS_HANDLE_PI_RESERVED;
    EFI_SMBIOS_TABLE_HEADER *record;
    while (!EFI_ERROR(status)) {
        status = smbios_protocol.GetNext(&smbios_protocol, &handle, NULL, &record, NULL);
        char text[] = "text";
        for (size_t string = 1; string < 4 && !EFI_ERROR(status); string++)
            smbios_protocol.UpdateString(&smbios_protocol, &handle, &string, text);
    }
    status = smbios_protocol_init(0, 0); /* frees the records */
    (void)status;
    free(table);
    return 0;
}
