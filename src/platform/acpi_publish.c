/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "platform/acpi_publish.h"

#include "arch/io.h"
#include "core/log.h"
#include "hw/acpi.h"
#include "lib/memory.h"

/* machine_discover() has checked the RSDP and the RSDT; what a VMM changes afterwards cannot lead
 * past the sizes that are computed here from one copy of the length. */
struct root {
    uint64_t rsdp;
    uint64_t rsdt;
    struct acpi_rsdp old_rsdp;
    struct acpi_header header;
    size_t entries;
};

static bool read_root(const struct machine *machine, struct root *root)
{
    if (machine->rsdp == 0 || machine->rsdt == 0)
        return false;
    root->rsdp = machine->rsdp;
    root->rsdt = machine->rsdt;
    memcpy(&root->old_rsdp, phys_to_virt(root->rsdp, ACPI_RSDP_V1_SIZE), ACPI_RSDP_V1_SIZE);
    memcpy(&root->header, phys_to_virt(root->rsdt, sizeof root->header), sizeof root->header);
    root->entries = (machine->rsdt_size - sizeof(struct acpi_header)) / sizeof(uint32_t);
    return true;
}

/* RSDP, padded to 8 bytes, and XSDT. */
#define XSDT_OFFSET ALIGN_UP(sizeof(struct acpi_rsdp), 8)

static size_t xsdt_size(const struct root *root)
{
    return sizeof(struct acpi_header) + root->entries * sizeof(uint64_t);
}

size_t acpi_publish_size(const struct machine *machine)
{
    struct root root;
    return read_root(machine, &root) ? XSDT_OFFSET + xsdt_size(&root) : 0;
}

static uint8_t checksum(const void *data, size_t size)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
    return (uint8_t)-sum;
}

static void build_xsdt(const struct root *root, uint8_t *to)
{
    struct acpi_header header = root->header;
    header.signature = ACPI_SIGNATURE('X', 'S', 'D', 'T');
    header.length = (uint32_t)xsdt_size(root);
    header.revision = 1;
    header.checksum = 0;
    memcpy(to, &header, sizeof header);
    for (size_t i = 0; i < root->entries; i++) {
        uint64_t at = root->rsdt + sizeof header + i * sizeof(uint32_t);
        uint64_t entry = 0;
        memcpy(&entry, phys_to_virt(at, sizeof(uint32_t)), sizeof(uint32_t));
        memcpy(to + sizeof header + i * sizeof entry, &entry, sizeof entry);
    }
    ((struct acpi_header *)to)->checksum = checksum(to, header.length);
}

static void build_rsdp(const struct root *root, uint64_t xsdt, uint8_t *to)
{
    struct acpi_rsdp rsdp = {
        .signature = ACPI_RSDP_SIGNATURE,
        .revision = 2,
        .rsdt_address = root->old_rsdp.rsdt_address,
        .length = sizeof rsdp,
        .xsdt_address = xsdt,
    };
    memcpy(rsdp.oem_id, root->old_rsdp.oem_id, sizeof rsdp.oem_id);
    rsdp.checksum = checksum(&rsdp, ACPI_RSDP_V1_SIZE);
    rsdp.extended_checksum = checksum(&rsdp, sizeof rsdp);
    memcpy(to, &rsdp, sizeof rsdp);
}

EFI_STATUS acpi_publish(const struct machine *machine, void *memory, size_t size,
                        struct acpi_publication *ret)
{
    if (machine->rsdp == 0)
        return EFI_NOT_FOUND;
    struct root root;
    if (!read_root(machine, &root)) {
        *ret = (struct acpi_publication){.acpi20 = machine->rsdp};
        return EFI_SUCCESS;
    }
    if (size < XSDT_OFFSET + xsdt_size(&root))
        return EFI_BUFFER_TOO_SMALL;
    uint8_t *to = memory;
    uint64_t xsdt = dma_address(to + XSDT_OFFSET);
    build_xsdt(&root, to + XSDT_OFFSET);
    build_rsdp(&root, xsdt, to);
    *ret = (struct acpi_publication){.acpi10 = machine->rsdp, .acpi20 = dma_address(to)};
    return EFI_SUCCESS;
}
