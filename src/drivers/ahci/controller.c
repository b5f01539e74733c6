/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "core/pool.h"
#include "drivers/ahci/ahci.h"
#include "drivers/ahci/private.h"
#include "drivers/pci/pci.h"

/* The controller: whose it is, and what is at its ports. */

#define HANDOFF_TIMEOUT_MS 2000u /* §10.6.3 */
#define SPIN_UP_TIMEOUT_MS 50u

#define NO_PORT_MULTIPLIER 0xffffu /* UEFI 2.10 §10.3.4.10 */

static uint32_t read_register(const struct ahci *ahci, unsigned offset)
{
    return mmio_read32(ahci->registers + offset);
}

/* From a BIOS that has used it (§10.6). */
static void take_over(const struct ahci *ahci)
{
    if ((read_register(ahci, AHCI_CAP2) & AHCI_CAP2_BOH) == 0)
        return;
    uint32_t handoff = read_register(ahci, AHCI_BOHC);
    if ((handoff & AHCI_BOHC_BOS) == 0)
        return;
    mmio_write32(ahci->registers + AHCI_BOHC, handoff | AHCI_BOHC_OOS);
    struct deadline deadline = deadline_in_ms(HANDOFF_TIMEOUT_MS);
    while (read_register(ahci, AHCI_BOHC) & (AHCI_BOHC_BOS | AHCI_BOHC_BB)) {
        if (deadline_passed(&deadline)) {
            log_warning("ahci %s: a BIOS does not let it go", ahci->function->name);
            return;
        }
    }
}

static EFI_STATUS take_controller(struct ahci *ahci)
{
    EFI_STATUS status = pci_map(ahci->function, AHCI_BAR, 0, AHCI_PORTS, &ahci->registers);
    if (EFI_ERROR(status))
        return status;
    take_over(ahci);
    uint32_t control = read_register(ahci, AHCI_GHC);
    ahci->capabilities = read_register(ahci, AHCI_CAP);
    if (control == UINT32_MAX || (ahci->capabilities & AHCI_CAP_S64A) == 0)
        return log_failure(EFI_UNSUPPORTED, "ahci %s: capabilities 0x%x", ahci->function->name,
                           ahci->capabilities);
    mmio_write32(ahci->registers + AHCI_GHC, (control & ~AHCI_GHC_IE) | AHCI_GHC_AE);
    return EFI_SUCCESS;
}

/* A link that has just been powered takes a moment. */
static bool has_device(const struct ahci_port *port)
{
    uint32_t command = ahci_port_read(port, AHCI_PX_CMD);
    if ((ahci_port_read(port, AHCI_PX_SSTS) & AHCI_DET_MASK) == AHCI_DET_PRESENT)
        return true;
    if ((port->ahci->capabilities & AHCI_CAP_SSS) == 0 || (command & AHCI_CMD_SUD) != 0)
        return false;
    mmio_write32(port->registers + AHCI_PX_CMD, command | AHCI_CMD_SUD | AHCI_CMD_POD);
    struct deadline deadline = deadline_in_ms(SPIN_UP_TIMEOUT_MS);
    while ((ahci_port_read(port, AHCI_PX_SSTS) & AHCI_DET_MASK) != AHCI_DET_PRESENT) {
        if (deadline_passed(&deadline))
            return false;
    }
    return true;
}

static void free_port(struct ahci_port *port)
{
    if (port->is_packet)
        scsi_unit_release(&port->scsi, port->stuck);
    else
        block_queue_release(&port->requests, port->stuck);
    if (port->memory != NULL && !port->stuck)
        pool_free_pages(port->memory, sizeof *port->memory);
    pool_free(port);
}

/* EFI_NOT_FOUND: nothing for us is there. */
static EFI_STATUS start_port(struct ahci_port *port)
{
    if (!has_device(port))
        return EFI_NOT_FOUND;
    port->memory = pool_alloc_pages(sizeof *port->memory);
    if (port->memory == NULL)
        return EFI_OUT_OF_RESOURCES;
    EFI_STATUS status = ahci_port_stop(port);
    if (EFI_ERROR(status)) {
        port->stuck = true;
        return status;
    }
    status = ahci_port_start(port);
    if (EFI_ERROR(status))
        status = ahci_port_recover(port);
    uint32_t signature = ahci_port_read(port, AHCI_PX_SIG);
    port->is_packet = signature == AHCI_SIG_ATAPI;
    if (!EFI_ERROR(status) && signature != AHCI_SIG_ATA && signature != AHCI_SIG_ATAPI) {
        log_debug("ahci %s: port %u: signature 0x%x", port->ahci->function->name, port->number,
                  signature);
        status = EFI_NOT_FOUND;
    }
    if (!EFI_ERROR(status))
        status = port->is_packet ? ahci_packet_start(port) : ahci_disk_start(port);
    if (EFI_ERROR(status) && !port->stuck)
        port->stuck = EFI_ERROR(ahci_port_stop(port));
    return status;
}

static EFI_STATUS add_port(struct ahci *ahci, unsigned number)
{
    struct ahci_port *port = pool_alloc_zeroed(sizeof *port);
    if (port == NULL)
        return EFI_OUT_OF_RESOURCES;
    port->ahci = ahci;
    port->number = number;
    port->interface.class = DEVICE_DISK;
    port->interface.unit.kind = UNIT_SATA;
    port->interface.unit.sata.port = (uint16_t)number;
    port->interface.unit.sata.port_multiplier = NO_PORT_MULTIPLIER;
    EFI_STATUS status = pci_map(ahci->function, AHCI_BAR, AHCI_PORTS + number * AHCI_PORT_SIZE,
                                AHCI_PORT_SIZE, &port->registers);
    if (!EFI_ERROR(status))
        status = start_port(port);
    if (EFI_ERROR(status)) {
        /* It may write for ever where it could not be stopped. */
        if (port->stuck)
            log_error("ahci %s: port %u keeps its memory", ahci->function->name, number);
        free_port(port);
        return status == EFI_OUT_OF_RESOURCES ? status : EFI_SUCCESS;
    }
    list_append(&ahci->ports, &port->link);
    list_append(&ahci->instance.interfaces, &port->interface.link);
    return EFI_SUCCESS;
}

static EFI_STATUS set_up(struct ahci *ahci)
{
    EFI_STATUS status = take_controller(ahci);
    if (EFI_ERROR(status))
        return status;
    uint32_t ports = read_register(ahci, AHCI_PI);
    for (unsigned i = 0; i < AHCI_PORT_MAX && !EFI_ERROR(status); i++) {
        if (ports & 1u << i)
            status = add_port(ahci, i);
    }
    return status;
}

static void fail_port(struct ahci_port *port, EFI_STATUS status)
{
    if (port->is_packet)
        ahci_packet_fail(port, status);
    else
        ahci_disk_fail(port, status);
}

static void release(struct ahci *ahci)
{
    pci_disable(ahci->function);
    LIST_FOR_EACH_SAFE(node, &ahci->ports)
    free_port(LIST_ENTRY(node, struct ahci_port, link));
    pool_free(ahci);
}

void ahci_stop(struct device_instance *instance)
{
    struct ahci *ahci = CONTAINER_OF(instance, struct ahci, instance);
    LIST_FOR_EACH(node, &ahci->ports)
    fail_port(LIST_ENTRY(node, struct ahci_port, link), EFI_ABORTED);
    release(ahci);
}

EFI_STATUS ahci_start(struct pci_function *function, struct device_instance **ret)
{
    struct ahci *ahci = pool_alloc_zeroed(sizeof *ahci);
    if (ahci == NULL)
        return EFI_OUT_OF_RESOURCES;
    ahci->function = function;
    list_init(&ahci->ports);
    list_init(&ahci->instance.interfaces);
    EFI_STATUS status = pci_enable(function, PCI_COMMAND_MEMORY | PCI_COMMAND_BUS_MASTER);
    if (!EFI_ERROR(status))
        status = set_up(ahci);
    if (EFI_ERROR(status)) {
        ahci_stop(&ahci->instance);
        return status;
    }
    *ret = &ahci->instance;
    return EFI_SUCCESS;
}

void ahci_quiesce(struct device_instance *instance)
{
    struct ahci *ahci = CONTAINER_OF(instance, struct ahci, instance);
    LIST_FOR_EACH(node, &ahci->ports)
    {
        struct ahci_port *port = LIST_ENTRY(node, struct ahci_port, link);
        if (!port->dead && EFI_ERROR(ahci_port_stop(port)))
            port->stuck = true;
        port->dead = true;
    }
    pci_disable(ahci->function);
}

static bool match(const struct pci_function *function)
{
    return function->class == PCI_CLASS_STORAGE && function->subclass == AHCI_PCI_SUBCLASS &&
           function->programming_interface == AHCI_PCI_INTERFACE;
}

TABLE_ENTRY(struct pci_driver, pci_drivers, ahci) = {
    .name = "ahci",
    .class = DEVICE_DISK,
    .match = match,
    .start = ahci_start,
    .stop = ahci_stop,
    .quiesce = ahci_quiesce,
};
