/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/acpi_root.h"

#include "arch/io.h"
#include "core/pages.h"
#include "efi/configuration_table.h"
#include "efi/guid.h"
#include "hw/acpi.h"
#include "lib/memory.h"
#include "lib/reader.h"

#define ROOT_SIZE_MAX (64u << 10)
#define BIOS_END      0x100000u /* tables below lie in memory that no map may describe */

static struct {
    struct acpi_rsdp rsdp; /* a copy */
    uint32_t xsdt_size;    /* 0: acpi_root_init() has not succeeded */
} first;

/* Our RSDP and XSDT, in pages of their own. */
struct own_root {
    struct acpi_rsdp rsdp;
    uint8_t padding[64 - sizeof(struct acpi_rsdp)];
    struct acpi_header xsdt;
    uint8_t entries[]; /* uint64_t, at an odd address */
};

static struct own_root *own;
static uint64_t own_pages;

static uint8_t checksum(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
    return (uint8_t)-sum;
}

static bool may_be_read(uint64_t address, uint64_t size)
{
    uint64_t end;
    if (!checked_add(address, size, &end) || address == 0)
        return false;
    if (end <= BIOS_END)
        return true;
    for (uint64_t at = ALIGN_DOWN(address, EFI_PAGE_SIZE); at < end; at += EFI_PAGE_SIZE)
        if (pages_type(at) == EfiMaxMemoryType)
            return false;
    return true;
}

static uint32_t usable_xsdt_size(uint64_t address)
{
    struct acpi_header header;
    if (!may_be_read(address, sizeof header))
        return 0;
    memcpy(&header, phys_to_virt(address, sizeof header), sizeof header);
    if (header.signature != ACPI_SIGNATURE('X', 'S', 'D', 'T') || header.length < sizeof header ||
        header.length > ROOT_SIZE_MAX || !may_be_read(address, header.length) ||
        checksum(phys_to_virt(address, header.length), header.length) != 0)
        return 0;
    return header.length;
}

EFI_STATUS acpi_root_init(uint64_t rsdp)
{
    first.xsdt_size = 0;
    if (!may_be_read(rsdp, sizeof first.rsdp))
        return EFI_NOT_FOUND;
    memcpy(&first.rsdp, phys_to_virt(rsdp, sizeof first.rsdp), sizeof first.rsdp);
    if (first.rsdp.signature == ACPI_RSDP_SIGNATURE && first.rsdp.revision >= 2)
        first.xsdt_size = usable_xsdt_size(first.rsdp.xsdt_address);
    return first.xsdt_size != 0 ? EFI_SUCCESS : EFI_NOT_FOUND;
}

EFI_STATUS acpi_root_find(void)
{
    if (first.xsdt_size != 0)
        return EFI_SUCCESS;
    const void *rsdp = configuration_table_find(GUID_OF(EFI_ACPI_20_TABLE));
    return rsdp != NULL ? acpi_root_init((uintptr_t)rsdp) : EFI_NOT_FOUND;
}

uint64_t acpi_root_first_table(size_t index)
{
    if (first.xsdt_size == 0)
        return 0;
    struct reader r =
        reader_make(phys_to_virt(first.rsdp.xsdt_address, first.xsdt_size), first.xsdt_size);
    uint64_t address;
    if (!reader_skip(&r, sizeof(struct acpi_header)))
        return 0;
    while (reader_u64(&r, &address))
        if (address != 0 && index-- == 0)
            return address;
    return 0;
}

static size_t first_table_count(void)
{
    size_t count = 0;
    while (acpi_root_first_table(count) != 0)
        count++;
    return count;
}

static void fill(struct own_root *root, size_t first_count, const uint64_t *added, size_t count)
{
    memcpy(&root->xsdt, phys_to_virt(first.rsdp.xsdt_address, sizeof root->xsdt),
           sizeof root->xsdt);
    root->xsdt.checksum = 0;
    root->xsdt.length = (uint32_t)(sizeof root->xsdt + (first_count + count) * sizeof *added);
    for (size_t i = 0; i < first_count; i++) {
        uint64_t address = acpi_root_first_table(i);
        memcpy(root->entries + i * sizeof address, &address, sizeof address);
    }
    if (count > 0)
        memcpy(root->entries + first_count * sizeof *added, added, count * sizeof *added);
    root->xsdt.checksum = checksum(&root->xsdt, root->xsdt.length);

    root->rsdp = first.rsdp;
    root->rsdp.length = sizeof root->rsdp;
    root->rsdp.xsdt_address = (uintptr_t)&root->xsdt;
    root->rsdp.checksum = root->rsdp.extended_checksum = 0;
    root->rsdp.checksum = checksum(&root->rsdp, ACPI_RSDP_V1_SIZE);
    root->rsdp.extended_checksum = checksum(&root->rsdp, sizeof root->rsdp);
}

EFI_STATUS acpi_root_set_added(const uint64_t *tables, size_t count)
{
    size_t first_count = first_table_count();
    uint64_t size = sizeof *own + (first_count + count) * sizeof *tables;
    uint64_t address, pages = ALIGN_UP(size, EFI_PAGE_SIZE) / EFI_PAGE_SIZE;
    if (own != NULL && pages <= own_pages) {
        fill(own, first_count, tables, count);
        return EFI_SUCCESS;
    }
    EFI_STATUS status = pages_allocate(AllocateAnyPages, EfiACPIReclaimMemory, pages, &address);
    if (EFI_ERROR(status))
        return status;
    struct own_root *new = phys_to_virt(address, size);
    fill(new, first_count, tables, count);
    status = efi_install_configuration_table(GUID_OF(EFI_ACPI_20_TABLE), new);
    if (EFI_ERROR(status)) {
        EFI_STATUS freed = pages_free(address, pages);
        return EFI_ERROR(freed) ? freed : status;
    }
    struct own_root *old = own;
    uint64_t old_pages = own_pages;
    own = new;
    own_pages = pages;
    return old != NULL ? pages_free((uintptr_t)old, old_pages) : EFI_SUCCESS;
}
