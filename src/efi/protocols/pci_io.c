/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/pci_io.h"

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/pci_access.h"
#include "efi/pci_dma.h"
#include "efi/protocols/pci_io_private.h"
#include "efi/tpl.h"
#include "lib/macros.h"

#define PORTS 0x10000u

/* The BAR, accessible; NULL: there is none of this kind. Finding out its size turns decoding off
 * for a moment: no notification function may use the device then. */
static const struct pci_bar *usable_bar(struct pci_io *io, enum pci_space space, uint8_t index)
{
    const struct pci_bar *bar;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = pci_map_bar(io->function, index, &bar);
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status) || bar->is_io != (space == PCI_SPACE_IO) ||
        (bar->is_io && (bar->address >= PORTS || bar->size > PORTS - bar->address)))
        return NULL;
    return bar;
}

/* Any address that is no memory of the machine's (EFI_PCI_IO_PASS_THROUGH_BAR). */
static EFI_STATUS find_raw(struct pci_place *place, uint32_t width, size_t count,
                           const void *buffer)
{
    bool is_io = place->space == PCI_SPACE_IO;
    EFI_STATUS status = pci_access_check(place->space, width, place->address, count, buffer,
                                         is_io ? PORTS : UINT64_MAX);
    if (EFI_ERROR(status) || is_io || count == 0)
        return status;
    status = pci_map_registers(place->address, pci_access_span(width, count));
    return EFI_ERROR(status) ? EFI_UNSUPPORTED : EFI_SUCCESS;
}

static EFI_STATUS find_place(EFI_PCI_IO_PROTOCOL *This, enum pci_space space, uint8_t index,
                             uint32_t width, uint64_t offset, size_t count, const void *buffer,
                             struct pci_place *ret)
{
    struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    *ret = (struct pci_place){.space = space, .address = offset};
    if (index == EFI_PCI_IO_PASS_THROUGH_BAR)
        return find_raw(ret, width, count, buffer);
    const struct pci_bar *bar = usable_bar(io, space, index);
    EFI_STATUS status =
        pci_access_check(space, width, offset, count, buffer, bar != NULL ? bar->size : 0);
    if (EFI_ERROR(status))
        return status;
    if (bar == NULL)
        return EFI_UNSUPPORTED;
    ret->address += bar->address;
    return EFI_SUCCESS;
}

static EFI_STATUS access_bar(EFI_PCI_IO_PROTOCOL *This, enum pci_space space, bool write,
                             uint32_t width, uint8_t index, uint64_t offset, size_t count,
                             void *buffer)
{
    struct pci_place place;
    EFI_STATUS status = find_place(This, space, index, width, offset, count, buffer, &place);
    if (!EFI_ERROR(status))
        pci_access_run(&place, write, width, count, buffer);
    return status;
}

static EFI_STATUS EFIAPI mem_read(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                  uint8_t BarIndex, uint64_t Offset, size_t Count, void *Buffer)
{
    return access_bar(This, PCI_SPACE_MEMORY, false, Width, BarIndex, Offset, Count, Buffer);
}

static EFI_STATUS EFIAPI mem_write(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                   uint8_t BarIndex, uint64_t Offset, size_t Count, void *Buffer)
{
    return access_bar(This, PCI_SPACE_MEMORY, true, Width, BarIndex, Offset, Count, Buffer);
}

static EFI_STATUS EFIAPI io_read(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                 uint8_t BarIndex, uint64_t Offset, size_t Count, void *Buffer)
{
    return access_bar(This, PCI_SPACE_IO, false, Width, BarIndex, Offset, Count, Buffer);
}

static EFI_STATUS EFIAPI io_write(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                  uint8_t BarIndex, uint64_t Offset, size_t Count, void *Buffer)
{
    return access_bar(This, PCI_SPACE_IO, true, Width, BarIndex, Offset, Count, Buffer);
}

static EFI_STATUS poll_bar(EFI_PCI_IO_PROTOCOL *This, enum pci_space space, uint32_t width,
                           uint8_t index, uint64_t offset, uint64_t mask, uint64_t value,
                           uint64_t delay, uint64_t *result)
{
    struct pci_place place;
    if (!pci_access_is_plain(width))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = find_place(This, space, index, width, offset, 1, result, &place);
    if (EFI_ERROR(status))
        return status;
    return pci_access_poll(&place, width, mask, value, delay, result);
}

static EFI_STATUS EFIAPI poll_mem(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                  uint8_t BarIndex, uint64_t Offset, uint64_t Mask, uint64_t Value,
                                  uint64_t Delay, uint64_t *Result)
{
    return poll_bar(This, PCI_SPACE_MEMORY, Width, BarIndex, Offset, Mask, Value, Delay, Result);
}

static EFI_STATUS EFIAPI poll_io(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                 uint8_t BarIndex, uint64_t Offset, uint64_t Mask, uint64_t Value,
                                 uint64_t Delay, uint64_t *Result)
{
    return poll_bar(This, PCI_SPACE_IO, Width, BarIndex, Offset, Mask, Value, Delay, Result);
}

static EFI_STATUS EFIAPI copy_mem(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_WIDTH Width,
                                  uint8_t DestBarIndex, uint64_t DestOffset, uint8_t SrcBarIndex,
                                  uint64_t SrcOffset, size_t Count)
{
    struct pci_place to, from;
    if (!pci_access_is_plain(Width))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status =
        find_place(This, PCI_SPACE_MEMORY, DestBarIndex, Width, DestOffset, Count, This, &to);
    if (!EFI_ERROR(status))
        status =
            find_place(This, PCI_SPACE_MEMORY, SrcBarIndex, Width, SrcOffset, Count, This, &from);
    if (!EFI_ERROR(status))
        pci_access_copy(to.address, from.address, Width, Count);
    return status;
}

static EFI_STATUS EFIAPI map(EFI_PCI_IO_PROTOCOL *This, EFI_PCI_IO_PROTOCOL_OPERATION Operation,
                             void *HostAddress, size_t *NumberOfBytes,
                             EFI_PHYSICAL_ADDRESS *DeviceAddress, void **Mapping)
{
    const struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    if ((unsigned)Operation >= EfiPciIoOperationMaximum)
        return EFI_INVALID_PARAMETER;
    return pci_dma_map((EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION)Operation, io->high, HostAddress,
                       NumberOfBytes, DeviceAddress, Mapping);
}

static EFI_STATUS EFIAPI unmap(EFI_PCI_IO_PROTOCOL *This, void *Mapping)
{
    return pci_dma_unmap(Mapping);
}

static EFI_STATUS EFIAPI allocate_buffer(EFI_PCI_IO_PROTOCOL *This, EFI_ALLOCATE_TYPE Type,
                                         EFI_MEMORY_TYPE MemoryType, size_t Pages,
                                         void **HostAddress, uint64_t Attributes)
{
    const struct pci_io *io = CONTAINER_OF(This, struct pci_io, protocol);
    const uint64_t known =
        EFI_PCI_IO_ATTRIBUTE_MEMORY_WRITE_COMBINE | EFI_PCI_IO_ATTRIBUTE_MEMORY_CACHED;
    if ((Attributes & ~known) != 0)
        return EFI_UNSUPPORTED;
    if (io->high)
        Attributes |= EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE;
    return pci_dma_allocate(MemoryType, Pages, HostAddress, Attributes);
}

static EFI_STATUS EFIAPI free_buffer(EFI_PCI_IO_PROTOCOL *This, size_t Pages, void *HostAddress)
{
    return pci_dma_free(Pages, HostAddress);
}

/* Memory is coherent, and a write that was posted is a VMM's that we wait for anyway. */
static EFI_STATUS EFIAPI flush(EFI_PCI_IO_PROTOCOL *This)
{
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_location(EFI_PCI_IO_PROTOCOL *This, size_t *SegmentNumber,
                                      size_t *BusNumber, size_t *DeviceNumber,
                                      size_t *FunctionNumber)
{
    const struct pci_function *f = CONTAINER_OF(This, struct pci_io, protocol)->function;
    if (SegmentNumber == NULL || BusNumber == NULL || DeviceNumber == NULL ||
        FunctionNumber == NULL)
        return EFI_INVALID_PARAMETER;
    *SegmentNumber = f->segment;
    *BusNumber = f->bus;
    *DeviceNumber = f->device;
    *FunctionNumber = f->function;
    return EFI_SUCCESS;
}

static const EFI_PCI_IO_PROTOCOL template = {
    .PollMem = poll_mem,
    .PollIo = poll_io,
    .Mem = {mem_read, mem_write},
    .Io = {io_read, io_write},
    .Pci = {pci_io_config_read, pci_io_config_write},
    .CopyMem = copy_mem,
    .Map = map,
    .Unmap = unmap,
    .AllocateBuffer = allocate_buffer,
    .FreeBuffer = free_buffer,
    .Flush = flush,
    .GetLocation = get_location,
    .Attributes = pci_io_attributes,
    .GetBarAttributes = pci_io_get_bar_attributes,
    .SetBarAttributes = pci_io_set_bar_attributes,
};

void pci_io_init(struct pci_io *io, struct pci_function *function)
{
    *io = (struct pci_io){.protocol = template, .function = function};
}

struct pci_io *pci_io_of(EFI_PCI_IO_PROTOCOL *protocol)
{
    if (protocol == NULL || protocol->GetLocation != get_location)
        return NULL;
    return CONTAINER_OF(protocol, struct pci_io, protocol);
}
