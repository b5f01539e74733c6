/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "core/time.h"
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/private.h"
#include "drivers/pci/pci.h"
#include "efi/types.h"
#include "lib/memory.h"

/* Starting and stopping a controller (NVMe 1.4 §7.6). */

/* Registers, and doorbells of two queue pairs at their widest stride would be 256 KiB: a stride
 * above 4096 bytes is not known to anybody. */
#define STRIDE_MAX  4096u
#define IO_QUEUE_ID 1u

#define SHUTDOWN_TIMEOUT_MS 5000u

static uint32_t read_register(const struct nvme *nvme, unsigned offset)
{
    return mmio_read32(nvme->registers + offset);
}

static void write_register(const struct nvme *nvme, unsigned offset, uint32_t value)
{
    mmio_write32(nvme->registers + offset, value);
}

static void write_address(const struct nvme *nvme, unsigned offset, const void *memory)
{
    uint64_t address = dma_address(memory);
    write_register(nvme, offset, (uint32_t)address);
    write_register(nvme, offset + 4, (uint32_t)(address >> 32));
}

/* All ones is what a device reads that is not there any more. */
static EFI_STATUS wait_ready(struct nvme *nvme, uint32_t ready)
{
    struct deadline deadline = deadline_in_ms((NVME_CAP_TO(nvme->capabilities) + 1) * 500u);
    for (;;) {
        uint32_t status = read_register(nvme, NVME_CSTS);
        if (status == UINT32_MAX)
            return log_failure(EFI_DEVICE_ERROR, "nvme %s: gone", nvme->function->name);
        if ((status & NVME_CSTS_RDY) == ready)
            return EFI_SUCCESS;
        if (ready != 0 && (status & NVME_CSTS_CFS) != 0)
            return log_failure(EFI_DEVICE_ERROR, "nvme %s: fatal status", nvme->function->name);
        if (deadline_passed(&deadline))
            return log_failure(EFI_TIMEOUT, "nvme %s: does not %s", nvme->function->name,
                               ready ? "start" : "stop");
    }
}

EFI_STATUS nvme_disable(struct nvme *nvme)
{
    uint32_t configuration = read_register(nvme, NVME_CC);
    if (configuration & NVME_CC_EN)
        write_register(nvme, NVME_CC, configuration & ~(NVME_CC_EN | NVME_CC_SHN_MASK));
    return wait_ready(nvme, 0);
}

EFI_STATUS nvme_enable(struct nvme *nvme)
{
    struct nvme_memory *memory = nvme->memory;
    nvme_queue_init(&nvme->admin, 0, NVME_ADMIN_ENTRIES, memory->admin_submissions,
                    memory->admin_completions);
    uint32_t entries = NVME_ADMIN_ENTRIES - 1;
    write_register(nvme, NVME_AQA, entries << 16 | entries);
    write_address(nvme, NVME_ASQ, memory->admin_submissions);
    write_address(nvme, NVME_ACQ, memory->admin_completions);
    write_register(nvme, NVME_CC, NVME_CC_EN | NVME_CC_IOSQES | NVME_CC_IOCQES);
    return wait_ready(nvme, NVME_CSTS_RDY);
}

EFI_STATUS nvme_identify(struct nvme *nvme, uint32_t what, uint32_t namespace_id)
{
    struct nvme_command command = {
        .opcode = NVME_ADMIN_IDENTIFY,
        .namespace_id = namespace_id,
        .prp1 = dma_address(nvme->memory->identify),
        .cdw10 = what,
    };
    EFI_STATUS status = nvme_admin(nvme, &command);
    if (!EFI_ERROR(status))
        memcpy(nvme->identify, nvme->memory->identify, NVME_IDENTIFY_SIZE);
    return status;
}

EFI_STATUS nvme_create_io_queue(struct nvme *nvme)
{
    struct nvme_memory *memory = nvme->memory;
    uint32_t size = MIN(NVME_IO_ENTRIES, NVME_CAP_MQES(nvme->capabilities) + 1);
    nvme_queue_init(&nvme->io, IO_QUEUE_ID, (uint16_t)size, memory->io_submissions,
                    memory->io_completions);
    nvme_init_slots(nvme);
    struct nvme_command command = {
        .opcode = NVME_ADMIN_CREATE_CQ,
        .prp1 = dma_address(memory->io_completions),
        .cdw10 = (size - 1) << 16 | IO_QUEUE_ID,
        .cdw11 = NVME_QUEUE_CONTIGUOUS, /* and no interrupt */
    };
    EFI_STATUS status = nvme_admin(nvme, &command);
    if (EFI_ERROR(status))
        return status;
    command = (struct nvme_command){
        .opcode = NVME_ADMIN_CREATE_SQ,
        .prp1 = dma_address(memory->io_submissions),
        .cdw10 = (size - 1) << 16 | IO_QUEUE_ID,
        .cdw11 = IO_QUEUE_ID << 16 | NVME_QUEUE_CONTIGUOUS,
    };
    return nvme_admin(nvme, &command);
}

static EFI_STATUS read_capabilities(struct nvme *nvme)
{
    nvme->capabilities = read_register(nvme, NVME_CAP) | (uint64_t)read_register(nvme, NVME_CAP + 4)
                                                             << 32;
    nvme->stride = 4u << NVME_CAP_DSTRD(nvme->capabilities);
    if (nvme->capabilities == UINT64_MAX || (nvme->capabilities & NVME_CAP_NVM) == 0 ||
        NVME_CAP_MPSMIN(nvme->capabilities) != 0 || nvme->stride > STRIDE_MAX ||
        NVME_CAP_MQES(nvme->capabilities) == 0)
        return log_failure(EFI_UNSUPPORTED, "nvme %s: capabilities 0x%llx", nvme->function->name,
                           (unsigned long long)nvme->capabilities);
    return pci_map(nvme->function, 0, NVME_DOORBELLS, 4 * (uint64_t)nvme->stride, &nvme->doorbells);
}

static EFI_STATUS read_controller(struct nvme *nvme)
{
    EFI_STATUS status = nvme_identify(nvme, NVME_IDENTIFY_CONTROLLER, 0);
    if (EFI_ERROR(status))
        return status;
    const uint8_t *data = nvme->identify;
    uint8_t exponent = data[NVME_CONTROLLER_MDTS];
    nvme->part_max = NVME_PART_MAX;
    if (exponent != 0 && exponent < 8)
        nvme->part_max = MIN(NVME_PART_MAX, 4096u << exponent);
    nvme->volatile_cache = data[NVME_CONTROLLER_VWC] & 1;
    memcpy(nvme->serial, data + NVME_CONTROLLER_SERIAL, sizeof nvme->serial - 1);
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct nvme *nvme)
{
    EFI_STATUS status = pci_map(nvme->function, 0, 0, NVME_DOORBELLS, &nvme->registers);
    if (!EFI_ERROR(status))
        status = read_capabilities(nvme);
    if (EFI_ERROR(status))
        return status;
    nvme->memory = pool_alloc_pages(sizeof *nvme->memory);
    nvme->identify = pool_alloc(NVME_IDENTIFY_SIZE);
    if (nvme->memory == NULL || nvme->identify == NULL)
        return EFI_OUT_OF_RESOURCES;
    memset(nvme->memory, 0, sizeof *nvme->memory);
    status = nvme_disable(nvme);
    if (!EFI_ERROR(status))
        status = nvme_enable(nvme);
    if (!EFI_ERROR(status))
        status = read_controller(nvme);
    if (!EFI_ERROR(status))
        status = nvme_create_io_queue(nvme);
    if (!EFI_ERROR(status))
        status = nvme_add_namespaces(nvme);
    return status;
}

/* Frees everything; the controller was disabled, or it keeps what it might still write to. */
static void release(struct nvme *nvme)
{
    LIST_FOR_EACH_SAFE(node, &nvme->namespaces)
    {
        struct nvme_namespace *namespace = LIST_ENTRY(node, struct nvme_namespace, link);
        block_queue_release(&namespace->requests, nvme->stuck);
        pool_free(namespace);
    }
    if (nvme->memory != NULL && !nvme->stuck)
        pool_free_pages(nvme->memory, sizeof *nvme->memory);
    pool_free(nvme->identify);
    pci_disable(nvme->function);
    pool_free(nvme);
}

EFI_STATUS nvme_start(struct pci_function *function, struct device_instance **ret)
{
    struct nvme *nvme = pool_alloc_zeroed(sizeof *nvme);
    if (nvme == NULL)
        return EFI_OUT_OF_RESOURCES;
    nvme->function = function;
    list_init(&nvme->namespaces);
    list_init(&nvme->instance.interfaces);
    EFI_STATUS status = pci_enable(function, PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER);
    if (!EFI_ERROR(status))
        status = set_up(nvme);
    if (EFI_ERROR(status)) {
        if (nvme->memory != NULL)
            nvme->stuck = EFI_ERROR(nvme_disable(nvme));
        release(nvme);
        return status;
    }
    *ret = &nvme->instance;
    return EFI_SUCCESS;
}

/* The device writes its caches back (§7.6.2), and stops. */
static void shut_down(struct nvme *nvme)
{
    if (nvme->dead)
        return;
    uint32_t configuration = read_register(nvme, NVME_CC) & ~NVME_CC_SHN_MASK;
    write_register(nvme, NVME_CC, configuration | NVME_CC_SHN_NORMAL);
    struct deadline deadline = deadline_in_ms(SHUTDOWN_TIMEOUT_MS);
    uint32_t status;
    while ((status = read_register(nvme, NVME_CSTS)) != UINT32_MAX &&
           (status & NVME_CSTS_SHST_MASK) != NVME_CSTS_SHST_DONE) {
        if (deadline_passed(&deadline)) {
            log_warning("nvme %s: does not shut down", nvme->function->name);
            break;
        }
    }
    nvme->dead = true;
    nvme->stuck = EFI_ERROR(nvme_disable(nvme));
}

void nvme_stop(struct device_instance *instance)
{
    struct nvme *nvme = CONTAINER_OF(instance, struct nvme, instance);
    shut_down(nvme);
    LIST_FOR_EACH(node, &nvme->namespaces)
    block_queue_fail(&LIST_ENTRY(node, struct nvme_namespace, link)->requests, EFI_ABORTED);
    release(nvme);
}

void nvme_quiesce(struct device_instance *instance)
{
    struct nvme *nvme = CONTAINER_OF(instance, struct nvme, instance);
    shut_down(nvme);
    pci_disable(nvme->function);
}

static bool match(const struct pci_function *function)
{
    return function->class == PCI_CLASS_STORAGE && function->subclass == NVME_PCI_SUBCLASS &&
           function->programming_interface == NVME_PCI_INTERFACE;
}

TABLE_ENTRY(struct pci_driver, pci_drivers, nvme) = {
    .name = "nvme",
    .class = DEVICE_DISK,
    .match = match,
    .start = nvme_start,
    .stop = nvme_stop,
    .quiesce = nvme_quiesce,
};
