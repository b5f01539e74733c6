/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/pci_dma.h"

#include "arch/io.h"
#include "core/pages.h"
#include "core/pool.h"
#include "efi/tpl.h"
#include "lib/checked.h"
#include "lib/list.h"
#include "lib/memory.h"

#define FOUR_GIB (4ull << 30)

/* A transfer that goes through a copy. */
struct mapping {
    struct list link;
    void *host;
    size_t size;
    uint64_t copy; /* of whole pages, below 4 GiB */
    bool from_device;
};

static struct list mappings = LIST_INIT(mappings);

/* The mapping of everything that needs none. */
static char direct;

static bool is_from_device(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION operation)
{
    return operation == EfiPciOperationBusMasterWrite ||
           operation == EfiPciOperationBusMasterWrite64;
}

static bool is_common(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION operation)
{
    return operation == EfiPciOperationBusMasterCommonBuffer ||
           operation == EfiPciOperationBusMasterCommonBuffer64;
}

static uint64_t pages_of(size_t size)
{
    return size / EFI_PAGE_SIZE + (size % EFI_PAGE_SIZE != 0);
}

static EFI_STATUS map_copy(bool from_device, void *host, size_t size, struct mapping **ret)
{
    struct mapping *mapping = pool_alloc(sizeof *mapping);
    if (mapping == NULL)
        return EFI_OUT_OF_RESOURCES;
    uint64_t copy = FOUR_GIB - 1;
    EFI_STATUS status =
        pages_allocate(AllocateMaxAddress, EfiBootServicesData, pages_of(size), &copy);
    if (EFI_ERROR(status)) {
        pool_free(mapping);
        return EFI_OUT_OF_RESOURCES;
    }
    *mapping =
        (struct mapping){.host = host, .size = size, .copy = copy, .from_device = from_device};
    /* The device may write less than all of it: then the rest is to be what it was. */
    memcpy((void *)(uintptr_t)copy, host, size);
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    list_append(&mappings, &mapping->link);
    efi_restore_tpl(tpl);
    *ret = mapping;
    return EFI_SUCCESS;
}

EFI_STATUS pci_dma_map(EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_OPERATION operation, bool high, void *host,
                       size_t *size, EFI_PHYSICAL_ADDRESS *ret_address, void **ret_mapping)
{
    if (host == NULL || size == NULL || *size == 0 || ret_address == NULL || ret_mapping == NULL ||
        (unsigned)operation >= EfiPciOperationMaximum)
        return EFI_INVALID_PARAMETER;
    uint64_t address = dma_address(host), end;
    if (!checked_add(address, *size, &end))
        return EFI_INVALID_PARAMETER;
    if (high || end <= FOUR_GIB) {
        dma_barrier();
        *ret_address = address;
        *ret_mapping = &direct;
        return EFI_SUCCESS;
    }
    if (is_common(operation))
        return EFI_UNSUPPORTED;
    struct mapping *mapping;
    EFI_STATUS status = map_copy(is_from_device(operation), host, *size, &mapping);
    if (EFI_ERROR(status))
        return status;
    dma_barrier();
    *ret_address = mapping->copy;
    *ret_mapping = mapping;
    return EFI_SUCCESS;
}

static struct mapping *take(const void *wanted)
{
    struct mapping *found = NULL;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    LIST_FOR_EACH(node, &mappings)
    {
        if (LIST_ENTRY(node, struct mapping, link) == wanted)
            found = LIST_ENTRY(node, struct mapping, link);
    }
    if (found != NULL)
        list_remove(&found->link);
    efi_restore_tpl(tpl);
    return found;
}

EFI_STATUS pci_dma_unmap(void *token)
{
    if (token == &direct)
        return EFI_SUCCESS;
    struct mapping *mapping = take(token);
    if (mapping == NULL)
        return EFI_INVALID_PARAMETER;
    dma_barrier();
    if (mapping->from_device)
        memcpy(mapping->host, (const void *)(uintptr_t)mapping->copy, mapping->size);
    EFI_STATUS status = pages_free(mapping->copy, pages_of(mapping->size));
    pool_free(mapping);
    return EFI_ERROR(status) ? EFI_DEVICE_ERROR : EFI_SUCCESS;
}

EFI_STATUS pci_dma_allocate(EFI_MEMORY_TYPE type, size_t pages, void **ret_host,
                            uint64_t attributes)
{
    const uint64_t known = EFI_PCI_ATTRIBUTE_MEMORY_WRITE_COMBINE |
                           EFI_PCI_ATTRIBUTE_MEMORY_CACHED | EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE;
    if (ret_host == NULL || (type != EfiBootServicesData && type != EfiRuntimeServicesData))
        return EFI_INVALID_PARAMETER;
    if ((attributes & ~known) != 0)
        return EFI_UNSUPPORTED;
    bool high = (attributes & EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE) != 0;
    uint64_t address = FOUR_GIB - 1;
    EFI_STATUS status =
        pages_allocate(high ? AllocateAnyPages : AllocateMaxAddress, type, pages, &address);
    if (EFI_ERROR(status))
        return status == EFI_NOT_FOUND ? EFI_OUT_OF_RESOURCES : status;
    *ret_host = (void *)(uintptr_t)address;
    return EFI_SUCCESS;
}

EFI_STATUS pci_dma_free(size_t pages, void *host)
{
    EFI_STATUS status = pages_free((uintptr_t)host, pages);
    return EFI_ERROR(status) ? EFI_INVALID_PARAMETER : EFI_SUCCESS;
}
