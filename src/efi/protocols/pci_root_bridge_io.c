/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocols/pci_root_bridge_io.h"

#include "core/pool.h"
#include "drivers/pci/pci.h"
#include "efi/pci_access.h"
#include "efi/pci_config.h"
#include "efi/pci_dma.h"
#include "efi/resource_descriptors.h"
#include "lib/macros.h"
#include "lib/memory.h"

#define PORTS 0x10000u

/* Addresses are the processor's: what no memory of the machine covers may be a device's. */
static EFI_STATUS find_place(enum pci_space space, uint32_t width, uint64_t address, size_t count,
                             const void *buffer, struct pci_place *ret)
{
    bool is_io = space == PCI_SPACE_IO;
    EFI_STATUS status =
        pci_access_check(space, width, address, count, buffer, is_io ? PORTS : UINT64_MAX);
    if (EFI_ERROR(status))
        return EFI_INVALID_PARAMETER;
    if (!is_io && count > 0 && EFI_ERROR(pci_map_registers(address, pci_access_span(width, count))))
        return EFI_INVALID_PARAMETER;
    *ret = (struct pci_place){.space = space, .address = address};
    return EFI_SUCCESS;
}

static EFI_STATUS access(enum pci_space space, bool write, uint32_t width, uint64_t address,
                         size_t count, void *buffer)
{
    struct pci_place place;
    EFI_STATUS status = find_place(space, width, address, count, buffer, &place);
    if (!EFI_ERROR(status))
        pci_access_run(&place, write, width, count, buffer);
    return status;
}

static EFI_STATUS EFIAPI mem_read(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                  EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                  size_t Count, void *Buffer)
{
    return access(PCI_SPACE_MEMORY, false, Width, Address, Count, Buffer);
}

static EFI_STATUS EFIAPI mem_write(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                   EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                   size_t Count, void *Buffer)
{
    return access(PCI_SPACE_MEMORY, true, Width, Address, Count, Buffer);
}

static EFI_STATUS EFIAPI io_read(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                 EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                 size_t Count, void *Buffer)
{
    return access(PCI_SPACE_IO, false, Width, Address, Count, Buffer);
}

static EFI_STATUS EFIAPI io_write(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                  EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                  size_t Count, void *Buffer)
{
    return access(PCI_SPACE_IO, true, Width, Address, Count, Buffer);
}

static EFI_STATUS poll(enum pci_space space, uint32_t width, uint64_t address, uint64_t mask,
                       uint64_t value, uint64_t delay, uint64_t *result)
{
    struct pci_place place;
    if (!pci_access_is_plain(width))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = find_place(space, width, address, 1, result, &place);
    if (EFI_ERROR(status))
        return status;
    return pci_access_poll(&place, width, mask, value, delay, result);
}

static EFI_STATUS EFIAPI poll_mem(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                  EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                  uint64_t Mask, uint64_t Value, uint64_t Delay, uint64_t *Result)
{
    return poll(PCI_SPACE_MEMORY, Width, Address, Mask, Value, Delay, Result);
}

static EFI_STATUS EFIAPI poll_io(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                 EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                 uint64_t Mask, uint64_t Value, uint64_t Delay, uint64_t *Result)
{
    return poll(PCI_SPACE_IO, Width, Address, Mask, Value, Delay, Result);
}

static struct pci_function *find_function(struct pci_host *host, uint64_t address)
{
    LIST_FOR_EACH(node, &host->functions)
    {
        struct pci_function *f = LIST_ENTRY(node, struct pci_function, link);
        if (!f->gone && f->bus == (uint8_t)(address >> 24) &&
            f->device == (uint8_t)(address >> 16) && f->function == (uint8_t)(address >> 8))
            return f;
    }
    return NULL;
}

/* Functions that are not there read as all ones, also where the ECAM shows others in their place
 * (Cloud Hypervisor). */
static EFI_STATUS access_config(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, bool write, uint32_t width,
                                uint64_t address, size_t count, void *buffer)
{
    struct pci_host *host = CONTAINER_OF(This, struct pci_root_bridge_io, protocol)->host;
    uint8_t bus = (uint8_t)(address >> 24);
    uint64_t offset = address >> 32 != 0 ? address >> 32 : (uint8_t)address;
    if (bus < host->bus_start || bus > host->bus_end ||
        (uint8_t)(address >> 16) >= PCI_DEVICES_PER_BUS ||
        (uint8_t)(address >> 8) >= PCI_FUNCTIONS_PER_DEVICE)
        return EFI_INVALID_PARAMETER;
    struct pci_function *f = find_function(host, address);
    EFI_STATUS status;
    if (f != NULL) {
        status = pci_config_access(f, write, width, offset, count, buffer);
        return EFI_ERROR(status) ? EFI_INVALID_PARAMETER : EFI_SUCCESS;
    }
    status = pci_config_check(host, width, offset, count, buffer);
    if (EFI_ERROR(status))
        return EFI_INVALID_PARAMETER;
    if (!write)
        memset(buffer, 0xff, pci_access_buffer_size(width, count));
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI pci_read(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                  EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                  size_t Count, void *Buffer)
{
    return access_config(This, false, Width, Address, Count, Buffer);
}

static EFI_STATUS EFIAPI pci_write(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                   EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t Address,
                                   size_t Count, void *Buffer)
{
    return access_config(This, true, Width, Address, Count, Buffer);
}

static EFI_STATUS EFIAPI copy_mem(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                  EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_WIDTH Width, uint64_t DestAddress,
                                  uint64_t SrcAddress, size_t Count)
{
    struct pci_place to, from;
    if (!pci_access_is_plain(Width))
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = find_place(PCI_SPACE_MEMORY, Width, DestAddress, Count, This, &to);
    if (!EFI_ERROR(status))
        status = find_place(PCI_SPACE_MEMORY, Width, SrcAddress, Count, This, &from);
    if (!EFI_ERROR(status))
        pci_access_copy(to.address, from.address, Width, Count);
    return status;
}

static EFI_STATUS EFIAPI map(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                             EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION Operation, void *HostAddress,
                             size_t *NumberOfBytes, EFI_PHYSICAL_ADDRESS *DeviceAddress,
                             void **Mapping)
{
    return pci_dma_map(Operation, Operation >= EfiPciOperationBusMasterRead64, HostAddress,
                       NumberOfBytes, DeviceAddress, Mapping);
}

static EFI_STATUS EFIAPI unmap(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, void *Mapping)
{
    return pci_dma_unmap(Mapping);
}

static EFI_STATUS EFIAPI allocate_buffer(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This,
                                         EFI_ALLOCATE_TYPE Type, EFI_MEMORY_TYPE MemoryType,
                                         size_t Pages, void **HostAddress, uint64_t Attributes)
{
    return pci_dma_allocate(MemoryType, Pages, HostAddress, Attributes);
}

static EFI_STATUS EFIAPI free_buffer(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, size_t Pages,
                                     void *HostAddress)
{
    return pci_dma_free(Pages, HostAddress);
}

/* As with PCI I/O: nothing is posted. */
static EFI_STATUS EFIAPI flush(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This)
{
    return EFI_SUCCESS;
}

/* 64-bit addresses always work, and nothing can be turned on or off. */
static EFI_STATUS EFIAPI get_attributes(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, uint64_t *Supports,
                                        uint64_t *Attributes)
{
    if (Supports == NULL && Attributes == NULL)
        return EFI_INVALID_PARAMETER;
    if (Supports != NULL)
        *Supports = 0;
    if (Attributes != NULL)
        *Attributes = EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attributes(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, uint64_t Attributes,
                                        uint64_t *ResourceBase, uint64_t *ResourceLength)
{
    return Attributes == 0 ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static const uint8_t window_granularity[PCI_WINDOW_COUNT] = {
    [PCI_WINDOW_32] = 32, [PCI_WINDOW_64] = 64, [PCI_WINDOW_IO] = 0};

/* The bus numbers and the windows that are known. */
static void *describe(const struct pci_host *host)
{
    struct resource_descriptor *list =
        pool_alloc((1 + host->window_count) * sizeof *list + sizeof(struct resource_end));
    if (list == NULL)
        return NULL;
    struct resource_descriptor *next = list;
    *next++ = resource_describe(RESOURCE_BUS, host->bus_start,
                                (uint64_t)host->bus_end - host->bus_start + 1);
    for (size_t i = 0; i < host->window_count; i++) {
        const struct pci_window *window = &host->windows[i];
        if (window->size == 0)
            continue;
        *next = resource_describe(window->kind == PCI_WINDOW_IO ? RESOURCE_IO : RESOURCE_MEMORY,
                                  window->base, window->size);
        next++->granularity = window_granularity[window->kind];
    }
    *(struct resource_end *)next = resource_end();
    return list;
}

static EFI_STATUS EFIAPI configuration(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL *This, void **Resources)
{
    struct pci_root_bridge_io *io = CONTAINER_OF(This, struct pci_root_bridge_io, protocol);
    if (Resources == NULL)
        return EFI_INVALID_PARAMETER;
    if (io->resources == NULL)
        io->resources = describe(io->host);
    if (io->resources == NULL)
        return EFI_OUT_OF_RESOURCES;
    *Resources = io->resources;
    return EFI_SUCCESS;
}

void pci_root_bridge_io_init(struct pci_root_bridge_io *io, struct pci_host *host)
{
    *io = (struct pci_root_bridge_io){
        .protocol =
            {
                .PollMem = poll_mem,
                .PollIo = poll_io,
                .Mem = {mem_read, mem_write},
                .Io = {io_read, io_write},
                .Pci = {pci_read, pci_write},
                .CopyMem = copy_mem,
                .Map = map,
                .Unmap = unmap,
                .AllocateBuffer = allocate_buffer,
                .FreeBuffer = free_buffer,
                .Flush = flush,
                .GetAttributes = get_attributes,
                .SetAttributes = set_attributes,
                .Configuration = configuration,
                .SegmentNumber = host->segment,
            },
        .host = host,
    };
}
