/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* ACPI's VIOT. It is read where it lies, when somebody asks: it has as many nodes as the machine
 * has devices behind IOMMUs. */
#include "hw/viot.h"
#include "core/log.h"
#include "platform/acpi_tables.h"
#include "platform/machine.h"

/* The node at the table's position: all of it, header included. */
static bool read_node(const struct reader *table, uint8_t *ret_type, struct reader *ret)
{
    struct acpi_viot_node header;
    struct reader r = *table;
    if (!reader_copy(&r, &header, sizeof header) || header.length < sizeof header ||
        !reader_window(table, table->position, header.length, ret))
        return false;
    *ret_type = header.type;
    return true;
}

static bool iommu_at(struct reader table, uint16_t offset, struct device_place *ret)
{
    uint8_t type;
    struct reader node;
    struct acpi_viot_iommu_pci pci;
    struct acpi_viot_iommu_mmio mmio;
    if (offset < sizeof(struct acpi_viot) || !reader_seek(&table, offset) ||
        !read_node(&table, &type, &node))
        return false;
    if (type == ACPI_VIOT_IOMMU_PCI && reader_copy(&node, &pci, sizeof pci)) {
        *ret = (struct device_place){.segment = pci.segment, .bdf = pci.bdf};
        return true;
    }
    if (type == ACPI_VIOT_IOMMU_MMIO && reader_copy(&node, &mmio, sizeof mmio)) {
        *ret = (struct device_place){.mmio = mmio.base_address};
        return mmio.base_address != 0;
    }
    return false;
}

/* The identifier of the device at `place` when it is one of a node's. EFI_NOT_FOUND: it is none of
 * these, or the node is of another kind. */
static EFI_STATUS find_in(uint8_t type, struct reader node, const struct device_place *place,
                          uint64_t *ret_id, uint16_t *ret_output)
{
    struct acpi_viot_pci_range pci;
    struct acpi_viot_mmio mmio;
    bool found;
    switch (type) {
    case ACPI_VIOT_PCI_RANGE:
        if (!reader_copy(&node, &pci, sizeof pci) || pci.segment_start > pci.segment_end ||
            pci.bdf_start > pci.bdf_end)
            return EFI_VOLUME_CORRUPTED;
        found = place->mmio == 0 && place->segment >= pci.segment_start &&
                place->segment <= pci.segment_end && place->bdf >= pci.bdf_start &&
                place->bdf <= pci.bdf_end;
        *ret_id = pci.endpoint_start + ((uint64_t)(place->segment - pci.segment_start) << 16) +
                  place->bdf - pci.bdf_start;
        *ret_output = pci.output_node;
        break;
    case ACPI_VIOT_MMIO:
        if (!reader_copy(&node, &mmio, sizeof mmio) || mmio.base_address == 0)
            return EFI_VOLUME_CORRUPTED;
        found = place->mmio == mmio.base_address;
        *ret_id = mmio.endpoint;
        *ret_output = mmio.output_node;
        break;
    default:
        return EFI_NOT_FOUND;
    }
    return found && *ret_id <= UINT32_MAX ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS search(const struct acpi_table *viot, const struct device_place *place,
                         struct iommu_endpoint *ret)
{
    struct reader table = acpi_read(viot), node;
    struct acpi_viot header;
    if (!reader_copy(&table, &header, sizeof header) || header.node_offset < sizeof header ||
        !reader_seek(&table, header.node_offset))
        return EFI_VOLUME_CORRUPTED;
    for (unsigned i = 0; i < header.node_count; i++) {
        uint8_t type;
        uint64_t id;
        uint16_t output;
        if (!read_node(&table, &type, &node) || !reader_skip(&table, node.size))
            return EFI_VOLUME_CORRUPTED;
        EFI_STATUS status = find_in(type, node, place, &id, &output);
        if (status == EFI_NOT_FOUND)
            continue;
        if (EFI_ERROR(status) || !iommu_at(table, output, &ret->iommu))
            return EFI_VOLUME_CORRUPTED;
        ret->id = (uint32_t)id;
        return EFI_SUCCESS;
    }
    return EFI_NOT_FOUND;
}

EFI_STATUS machine_iommu_of(const struct machine *machine, const struct device_place *place,
                            struct iommu_endpoint *ret)
{
    const struct acpi_table viot = {machine->viot, machine->viot_size};
    if (viot.address == 0)
        return EFI_NOT_FOUND;
    struct iommu_endpoint found;
    EFI_STATUS status = search(&viot, place, &found);
    if (status == EFI_VOLUME_CORRUPTED)
        return log_failure(status, "ACPI VIOT");
    if (!EFI_ERROR(status))
        *ret = found;
    return status;
}
