/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "arch/io.h"
#include "core/log.h"
#include "drivers/ahci/private.h"
#include "drivers/pci/pci.h"
#include "lib/memory.h"

/* The engine of a port. */

#define ENGINE_TIMEOUT_MS  500u /* §10.1.2 */
#define LINK_TIMEOUT_MS    1000u
#define READY_TIMEOUT_MS   10000u
#define COMMAND_TIMEOUT_MS 10000u
#define RESET_US           1000u /* §10.4.2 */

/* The registers are read after so many ticks of the TSC, about a millisecond, though nothing has
 * been received: no reason to find out how fast it runs. */
#define LOOK_INTERVAL (1ull << 21)

uint32_t ahci_port_read(const struct ahci_port *port, unsigned offset)
{
    return mmio_read32(port->registers + offset);
}

static void write(const struct ahci_port *port, unsigned offset, uint32_t value)
{
    mmio_write32(port->registers + offset, value);
}

static void write_address(const struct ahci_port *port, unsigned offset, const void *memory)
{
    uint64_t address = dma_address(memory);
    write(port, offset, (uint32_t)address);
    write(port, offset + 4, (uint32_t)(address >> 32));
}

/* Until (register & mask) == value. */
static bool wait_for(const struct ahci_port *port, unsigned offset, uint32_t mask, uint32_t value,
                     uint32_t timeout_ms)
{
    struct deadline deadline = deadline_in_ms(timeout_ms);
    while ((ahci_port_read(port, offset) & mask) != value) {
        if (deadline_passed(&deadline))
            return false;
    }
    return true;
}

static void change_command(const struct ahci_port *port, uint32_t clear, uint32_t set)
{
    write(port, AHCI_PX_CMD, (ahci_port_read(port, AHCI_PX_CMD) & ~clear) | set);
}

EFI_STATUS ahci_port_stop(struct ahci_port *port)
{
    uint32_t command = ahci_port_read(port, AHCI_PX_CMD);
    if (command & (AHCI_CMD_ST | AHCI_CMD_CR)) {
        change_command(port, AHCI_CMD_ST, 0);
        if (!wait_for(port, AHCI_PX_CMD, AHCI_CMD_CR, 0, ENGINE_TIMEOUT_MS))
            return log_failure(EFI_TIMEOUT, "ahci %s: port %u does not stop",
                               port->ahci->function->name, port->number);
    }
    if (command & (AHCI_CMD_FRE | AHCI_CMD_FR)) {
        change_command(port, AHCI_CMD_FRE, 0);
        if (!wait_for(port, AHCI_PX_CMD, AHCI_CMD_FR, 0, ENGINE_TIMEOUT_MS))
            return log_failure(EFI_TIMEOUT, "ahci %s: port %u does not stop receiving",
                               port->ahci->function->name, port->number);
    }
    port->busy = false;
    return EFI_SUCCESS;
}

/* COMRESET (§10.4.2). */
static EFI_STATUS reset_link(struct ahci_port *port)
{
    uint32_t control = ahci_port_read(port, AHCI_PX_SCTL) & ~AHCI_DET_MASK;
    write(port, AHCI_PX_SCTL, control | AHCI_DET_RESET);
    time_stall_us(RESET_US);
    write(port, AHCI_PX_SCTL, control);
    if (!wait_for(port, AHCI_PX_SSTS, AHCI_DET_MASK, AHCI_DET_PRESENT, LINK_TIMEOUT_MS))
        return EFI_NOT_FOUND;
    write(port, AHCI_PX_SERR, UINT32_MAX);
    return EFI_SUCCESS;
}

/* Engine on; the device has come to rest. */
static EFI_STATUS start_engine(struct ahci_port *port)
{
    write(port, AHCI_PX_SERR, UINT32_MAX);
    write(port, AHCI_PX_IS, UINT32_MAX);
    if (!wait_for(port, AHCI_PX_TFD, ATA_STATUS_BUSY | ATA_STATUS_REQUEST, 0, READY_TIMEOUT_MS))
        return log_failure(EFI_TIMEOUT, "ahci %s: the device at port %u stays busy",
                           port->ahci->function->name, port->number);
    change_command(port, 0, AHCI_CMD_ST);
    return EFI_SUCCESS;
}

EFI_STATUS ahci_port_start(struct ahci_port *port)
{
    struct ahci_memory *memory = port->memory;
    memset(memory, 0, sizeof *memory);
    write_address(port, AHCI_PX_CLB, memory->list);
    write_address(port, AHCI_PX_FB, memory->received);
    write(port, AHCI_PX_IE, 0);
    change_command(port, 0, AHCI_CMD_FRE | AHCI_CMD_SUD | AHCI_CMD_POD);
    return start_engine(port);
}

EFI_STATUS ahci_port_recover(struct ahci_port *port)
{
    change_command(port, AHCI_CMD_ST, 0);
    if (!wait_for(port, AHCI_PX_CMD, AHCI_CMD_CR, 0, ENGINE_TIMEOUT_MS))
        return EFI_TIMEOUT;
    port->busy = false;
    uint32_t status = ahci_port_read(port, AHCI_PX_TFD);
    if (status & (ATA_STATUS_BUSY | ATA_STATUS_REQUEST)) {
        EFI_STATUS reset = reset_link(port);
        if (EFI_ERROR(reset))
            return reset;
    }
    return start_engine(port);
}

EFI_STATUS ahci_port_revive(struct ahci_port *port)
{
    if (port->stuck)
        return EFI_DEVICE_ERROR;
    EFI_STATUS status = ahci_port_start(port);
    if (EFI_ERROR(status))
        status = ahci_port_recover(port);
    port->dead = EFI_ERROR(status);
    if (port->dead)
        port->stuck = EFI_ERROR(ahci_port_stop(port));
    return status;
}

void ahci_port_issue(struct ahci_port *port, const struct ahci_command *command)
{
    struct ahci_memory *memory = port->memory;
    memory->fis = command->fis;
    memory->fis.type = AHCI_FIS_HOST_TO_DEVICE;
    memory->fis.flags = AHCI_FIS_COMMAND;
    uint16_t flags = sizeof command->fis / 4;
    if (command->packet != NULL) {
        memcpy(memory->packet, command->packet, sizeof memory->packet);
        flags |= AHCI_HEADER_ATAPI;
    }
    if (command->to_device)
        flags |= AHCI_HEADER_WRITE;
    for (unsigned i = 0; i < command->count; i++)
        memory->prdt[i] = (struct ahci_prd){.address = dma_address(command->pieces[i].base),
                                            .size = command->pieces[i].size - 1};
    memory->list[0] = (struct ahci_command_header){
        .flags = flags,
        .prdt_length = (uint16_t)command->count,
        .table = dma_address(&memory->fis),
    };
    memory->received[AHCI_RECEIVED_PIO_SETUP] = memory->received[AHCI_RECEIVED_D2H] = 0;
    port->busy = true;
    port->looked = time_now_ticks();
    dma_barrier();
    write(port, AHCI_PX_CI, 1);
}

/* The device says in memory that it has done something; only the registers, each read of which
 * leaves the guest, tell what. They are read now and then in any case: a link that is lost says
 * nothing. */
static bool may_have_ended(struct ahci_port *port)
{
    volatile uint8_t *received = port->memory->received;
    if (received[AHCI_RECEIVED_D2H] != 0)
        return true;
    if (received[AHCI_RECEIVED_PIO_SETUP] != 0) {
        /* It comes in front of data or of a packet's work; the command's end is still to come. */
        received[AHCI_RECEIVED_PIO_SETUP] = 0;
        return true;
    }
    uint64_t now = time_now_ticks();
    if (now - port->looked < LOOK_INTERVAL)
        return false;
    port->looked = now;
    return true;
}

enum ahci_result ahci_port_result(struct ahci_port *port)
{
    if (!may_have_ended(port))
        return AHCI_RUNNING;
    if (ahci_port_read(port, AHCI_PX_IS) & AHCI_IS_ERRORS)
        return AHCI_FAILED;
    if (ahci_port_read(port, AHCI_PX_CI) & 1)
        return AHCI_RUNNING;
    port->busy = false;
    dma_barrier();
    /* A command may fail between the two looks. */
    if (ahci_port_read(port, AHCI_PX_TFD) & (ATA_STATUS_ERROR | ATA_STATUS_FAULT))
        return AHCI_FAILED;
    return AHCI_DONE;
}

EFI_STATUS ahci_port_run(struct ahci_port *port, const struct ahci_command *command)
{
    struct deadline deadline = deadline_in_ms(COMMAND_TIMEOUT_MS);
    enum ahci_result result;
    ahci_port_issue(port, command);
    while ((result = ahci_port_result(port)) == AHCI_RUNNING) {
        if (deadline_passed(&deadline)) {
            port->stuck = EFI_ERROR(ahci_port_stop(port));
            return EFI_TIMEOUT;
        }
    }
    if (result == AHCI_DONE)
        return EFI_SUCCESS;
    EFI_STATUS status = ahci_port_recover(port);
    return EFI_ERROR(status) ? status : EFI_DEVICE_ERROR;
}

EFI_STATUS ahci_identify(struct ahci_port *port, uint16_t ret[ATA_ID_WORDS])
{
    struct block_piece piece = {port->memory->identify, sizeof port->memory->identify};
    struct ahci_command command = {
        .fis = {.command = port->is_packet ? ATA_IDENTIFY_PACKET : ATA_IDENTIFY},
        .pieces = &piece,
        .count = 1,
    };
    EFI_STATUS status = ahci_port_run(port, &command);
    if (EFI_ERROR(status))
        return log_failure(status, "ahci %s: the device at port %u does not identify itself",
                           port->ahci->function->name, port->number);
    memcpy(ret, port->memory->identify, sizeof port->memory->identify);
    return EFI_SUCCESS;
}

void ahci_set_serial(struct block_device *block, const uint16_t *identify)
{
    char text[20];
    for (unsigned i = 0; i < sizeof text; i++)
        text[i] = (char)(identify[ATA_ID_SERIAL + i / 2] >> (i % 2 == 0 ? 8 : 0));
    block_set_serial(block, text, sizeof text);
}
