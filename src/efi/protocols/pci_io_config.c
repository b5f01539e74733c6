/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/pci_config.h"
#include "efi/protocols/pci_io_private.h"
#include "efi/resource_descriptors.h"
#include "efi/tpl.h"

EFI_STATUS EFIAPI pci_io_config_read(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                     uint32_t Offset, size_t Count, void *Buffer)
{
    struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    return pci_config_access(io->function, false, Width, Offset, Count, Buffer);
}

EFI_STATUS EFIAPI pci_io_config_write(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                      uint32_t Offset, size_t Count, void *Buffer)
{
    struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    return pci_config_access(io->function, true, Width, Offset, Count, Buffer);
}

/* Attributes that are bits of the command register. */
static const struct {
    uint16_t command;
    uint16_t attribute;
} command_bits[] = {
    {PCI_COMMAND_IO, EFI_PCI_IO_ATTRIBUTE_IO},
    {PCI_COMMAND_MEMORY, EFI_PCI_IO_ATTRIBUTE_MEMORY},
    {PCI_COMMAND_BUS_MASTER, EFI_PCI_IO_ATTRIBUTE_BUS_MASTER},
};

static uint16_t to_command(uint64_t attributes)
{
    uint16_t command = 0;
    for (size_t i = 0; i < ARRAY_SIZE(command_bits); i++)
        command |= attributes & command_bits[i].attribute ? command_bits[i].command : 0;
    return command;
}

static uint64_t from_command(uint16_t command)
{
    uint64_t attributes = 0;
    for (size_t i = 0; i < ARRAY_SIZE(command_bits); i++)
        attributes |= command & command_bits[i].command ? command_bits[i].attribute : 0;
    return attributes;
}

/* A kind of space is supported when there is a BAR of it; bridges pass everything. */
static uint64_t supported(struct pci_io *io)
{
    struct pci_function *f = io->function;
    if (io->supports != 0)
        return io->supports;
    io->supports = EFI_PCI_IO_ATTRIBUTE_BUS_MASTER | EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE;
    if (f->header_type == PCI_HEADER_TYPE_BRIDGE)
        io->supports |= EFI_PCI_IO_ATTRIBUTE_IO | EFI_PCI_IO_ATTRIBUTE_MEMORY;
    (void)pci_config_place_bars(f);
    for (unsigned i = 0; i < pci_bar_count(f); i++) {
        const struct pci_bar *bar;
        if (!EFI_ERROR(pci_bar(f, i, &bar)))
            io->supports |= bar->is_io ? EFI_PCI_IO_ATTRIBUTE_IO : EFI_PCI_IO_ATTRIBUTE_MEMORY;
    }
    return io->supports;
}

/* Gives the attributes under `mask` the values in `attributes`. Memory is not decoded at address 0,
 * where BARs are that found no place. */
static EFI_STATUS change(struct pci_io *io, uint64_t mask, uint64_t attributes)
{
    struct pci_function *f = io->function;
    if ((attributes & EFI_PCI_IO_ATTRIBUTE_MEMORY) != 0) {
        if (!pci_config_place_bars(f))
            return EFI_UNSUPPORTED;
        pci_config_map_bars(f);
    }
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = pci_set_command(f, to_command(mask), to_command(attributes));
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        return EFI_UNSUPPORTED;
    if ((mask & EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE) != 0)
        io->high = (attributes & EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE) != 0;
    return EFI_SUCCESS;
}

/* What a driver finds it sets again when it stops: kinds of space that the function has not are
 * left out, though the command register may decode them. */
static EFI_STATUS get(struct pci_io *io, uint64_t *ret)
{
    if (ret == NULL)
        return EFI_INVALID_PARAMETER;
    *ret = (from_command(pci_read16(io->function, PCI_COMMAND)) & supported(io)) |
           (io->high ? EFI_PCI_IO_ATTRIBUTE_DUAL_ADDRESS_CYCLE : 0);
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI pci_io_attributes(EFI_PCI_IO_PROTOCOL *This,
                                    EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION Operation,
                                    uint64_t Attributes, uint64_t *Result)
{
    struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    if ((unsigned)Operation >= EfiPciIoAttributeOperationMaximum)
        return EFI_INVALID_PARAMETER;
    if (Operation == EfiPciIoAttributeOperationGet)
        return get(io, Result);
    uint64_t supports = supported(io);
    if (Operation == EfiPciIoAttributeOperationSupported) {
        if (Result == NULL)
            return EFI_INVALID_PARAMETER;
        *Result = supports;
        return EFI_SUCCESS;
    }
    if ((Attributes & ~supports) != 0)
        return EFI_UNSUPPORTED;
    switch (Operation) {
    case EfiPciIoAttributeOperationSet:
        return change(io, supports, Attributes);
    case EfiPciIoAttributeOperationEnable:
        return change(io, Attributes, Attributes);
    default:
        return change(io, Attributes, 0);
    }
}

static EFI_STATUS sized(struct pci_io *io, uint8_t index, const struct pci_bar **ret)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = pci_bar_sized(io->function, index, ret);
    efi_restore_tpl(tpl);
    return EFI_ERROR(status) ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

EFI_STATUS EFIAPI pci_io_get_bar_attributes(EFI_PCI_IO_PROTOCOL *This, uint8_t BarIndex,
                                            uint64_t *Supports, void **Resources)
{
    struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    const struct pci_bar *bar;
    if (Supports == NULL && Resources == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = sized(io, BarIndex, &bar);
    if (EFI_ERROR(status))
        return status;
    if (Resources != NULL) {
        struct {
            struct resource_descriptor bar;
            struct resource_end end;
        } __attribute__((packed)) *list = pool_alloc(sizeof *list);
        if (list == NULL)
            return EFI_OUT_OF_RESOURCES;
        list->bar =
            resource_describe(bar->is_io ? RESOURCE_IO : RESOURCE_MEMORY, bar->address, bar->size);
        if (!bar->is_io)
            list->bar.granularity = bar->is_64 ? 64 : 32;
        if (bar->prefetchable)
            list->bar.specific_flags = RESOURCE_PREFETCHABLE;
        list->end = resource_end();
        *Resources = list;
    }
    if (Supports != NULL)
        *Supports = 0;
    return EFI_SUCCESS;
}

/* There is no attribute of a part of a BAR that could be set: page attributes are the platform's.
 */
EFI_STATUS EFIAPI pci_io_set_bar_attributes(EFI_PCI_IO_PROTOCOL *This, uint64_t Attributes,
                                            uint8_t BarIndex, uint64_t *Offset, uint64_t *Length)
{
    if (Offset == NULL || Length == NULL)
        return EFI_INVALID_PARAMETER;
    return EFI_UNSUPPORTED;
}
