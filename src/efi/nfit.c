/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/nfit.h"

#include "core/log.h"
#include "efi/guid.h"
#include "efi/late_protocols.h"
#include "efi/locate.h"
#include "efi/memory.h"
#include "efi/protocol/acpi_table.h"
#include "hw/acpi.h"
#include "lib/assert.h"
#include "lib/macros.h"
#include "lib/memory.h"
#include "lib/status_name.h"

/* §5.2.25.2. An index of 0: no region mapping refers to it. */
struct spa_range {
    uint16_t type;
    uint16_t length;
    uint16_t index;
    uint16_t flags;
    uint32_t reserved;
    uint32_t proximity_domain;
    EFI_GUID range_type;
    uint64_t base;
    uint64_t size;
    uint64_t mapping_attribute;
} __attribute__((packed));

struct nfit {
    struct acpi_header header;
    uint32_t reserved;
    struct spa_range ranges[NFIT_RANGES_MAX];
} __attribute__((packed));

/* Scope (\_SB) { Device (NVDR) { Name (_HID, "ACPI0012") } } */
static const uint8_t root_device[] = {
    0x10, 0x1c, '\\', '_', 'S',  'B', '_', 0x5b, 0x82, 0x14, 'N', 'V', 'D', 'R', 0x08,
    '_',  'H',  'I',  'D', 0x0d, 'A', 'C', 'P',  'I',  '0',  '0', '1', '2', 0,
};

struct ssdt {
    struct acpi_header header;
    uint8_t code[sizeof root_device];
} __attribute__((packed));

_Static_assert(sizeof(struct spa_range) == 56, "SPA range structure layout");

static size_t nfit_key, ssdt_key; /* 0: not installed */

static struct acpi_header make_header(uint32_t signature, size_t length, uint8_t revision)
{
    return (struct acpi_header){
        .signature = signature,
        .length = (uint32_t)length,
        .revision = revision,
        .oem_id = {'C', 'L', 'O', 'U', 'D', 'H'},
        .oem_table_id = {'R', 'A', 'M', 'D', 'I', 'S', 'K', ' '},
        .oem_revision = 1,
        .creator_id = ACPI_SIGNATURE('C', 'H', 'V', ' '),
        .creator_revision = 1,
    };
}

static EFI_STATUS install_nfit(EFI_ACPI_TABLE_PROTOCOL *acpi, const struct nfit_range *ranges,
                               size_t count)
{
    struct nfit nfit;
    size_t size = offsetof(struct nfit, ranges) + count * sizeof nfit.ranges[0];
    memset(&nfit, 0, sizeof nfit);
    nfit.header = make_header(ACPI_SIGNATURE('N', 'F', 'I', 'T'), size, 1);
    for (size_t i = 0; i < count; i++)
        nfit.ranges[i] = (struct spa_range){
            .length = sizeof nfit.ranges[0],
            .range_type = ranges[i].type,
            .base = ranges[i].base,
            .size = ranges[i].size,
            .mapping_attribute = EFI_MEMORY_WB,
        };
    return acpi->InstallAcpiTable(acpi, &nfit, size, &nfit_key);
}

static EFI_STATUS install_root_device(EFI_ACPI_TABLE_PROTOCOL *acpi)
{
    struct ssdt ssdt = {
        .header = make_header(ACPI_SIGNATURE('S', 'S', 'D', 'T'), sizeof ssdt, 2),
    };
    memcpy(ssdt.code, root_device, sizeof root_device);
    return acpi->InstallAcpiTable(acpi, &ssdt, sizeof ssdt, &ssdt_key);
}

static EFI_STATUS publish(EFI_ACPI_TABLE_PROTOCOL *acpi, const struct nfit_range *ranges,
                          size_t count)
{
    EFI_STATUS status = EFI_SUCCESS;
    if (nfit_key != 0)
        status = acpi->UninstallAcpiTable(acpi, nfit_key);
    nfit_key = 0;
    if (EFI_ERROR(status) || count == 0)
        return status;
    status = install_nfit(acpi, ranges, count);
    if (!EFI_ERROR(status) && ssdt_key == 0)
        status = install_root_device(acpi);
    return status;
}

void nfit_publish(const struct nfit_range *ranges, size_t count)
{
    void *acpi;
    ASSERT(count <= NFIT_RANGES_MAX);
    late_protocols_offer(GUID_OF(EFI_ACPI_TABLE_PROTOCOL));
    EFI_STATUS status = locate_protocol(GUID_OF(EFI_ACPI_TABLE_PROTOCOL), NULL, &acpi);
    if (!EFI_ERROR(status))
        status = publish(acpi, ranges, count);
    if (EFI_ERROR(status))
        log_warning("RAM disk: the OS is not told of it: %s", status_name(status));
}
