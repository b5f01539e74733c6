/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/log.h"
#include "drivers/ahci/private.h"
#include "drivers/pci/pci.h"
#include "hw/scsi.h"
#include "lib/memory.h"
#include "lib/printf.h"

/* CD-ROMs: SCSI commands as packets (ATA8-ACS §7.41). A device that reports an error keeps the
 * reason until it is asked for. */

static struct ahci_port *port_of(struct scsi_unit *scsi)
{
    return CONTAINER_OF(scsi, struct ahci_port, scsi);
}

static void issue(struct ahci_port *port, const uint8_t *packet, bool to_device,
                  const struct block_piece *pieces, unsigned count)
{
    struct ahci_command command = {
        .fis = {.command = ATA_PACKET, .features = count > 0 ? ATA_FEATURE_DMA : 0},
        .packet = packet,
        .to_device = to_device,
        .pieces = pieces,
        .count = count,
    };
    if (count > 0 && port->dma_direction && !to_device)
        command.fis.features |= ATA_FEATURE_DMADIR;
    ahci_port_issue(port, &command);
}

static EFI_STATUS submit(struct scsi_unit *scsi, struct scsi_command *command)
{
    struct ahci_port *port = port_of(scsi);
    if (port->dead)
        return EFI_DEVICE_ERROR;
    if (port->command != NULL)
        return EFI_NOT_READY;
    command->status = SCSI_GOOD;
    command->sense = (struct scsi_sense){0};
    command->transferred = 0;
    port->command = command;
    port->sensing = false;
    issue(port, command->cdb, command->to_device, command->pieces, command->piece_count);
    return EFI_SUCCESS;
}

/* The command is with the device already. */
static void kick(struct scsi_unit *scsi)
{
}

static void finish(struct ahci_port *port, EFI_STATUS status)
{
    struct scsi_command *command = port->command;
    port->command = NULL;
    command->complete(&port->scsi, command, status);
}

static void ask_for_sense(struct ahci_port *port)
{
    static const uint8_t packet[SCSI_CDB_SIZE] = {SCSI_REQUEST_SENSE, 0, 0, 0, 18};
    struct block_piece piece = {port->memory->sense, 18};
    port->command->status = SCSI_CHECK_CONDITION;
    port->sensing = true;
    memset(port->memory->sense, 0, sizeof port->memory->sense);
    issue(port, packet, false, &piece, 1);
}

void ahci_packet_fail(struct ahci_port *port, EFI_STATUS status)
{
    if (port->dead)
        return;
    port->dead = true;
    port->stuck = EFI_ERROR(ahci_port_stop(port));
    port->command = NULL;
    scsi_unit_fail(&port->scsi, status);
}

static uint32_t transferred(const struct ahci_port *port)
{
    return *(const volatile uint32_t *)&port->memory->list[0].bytes;
}

static void poll(struct scsi_unit *scsi)
{
    struct ahci_port *port = port_of(scsi);
    if (port->dead || port->command == NULL)
        return;
    enum ahci_result result = ahci_port_result(port);
    if (result == AHCI_RUNNING)
        return;
    if (result == AHCI_FAILED && EFI_ERROR(ahci_port_recover(port))) {
        ahci_packet_fail(port, EFI_DEVICE_ERROR);
        return;
    }
    if (port->sensing) {
        uint8_t sense[18];
        memcpy(sense, port->memory->sense, sizeof sense);
        port->command->sense = scsi_parse_sense(sense, sizeof sense);
        finish(port, result == AHCI_FAILED ? EFI_DEVICE_ERROR : EFI_SUCCESS);
    } else if (result == AHCI_FAILED) {
        ask_for_sense(port);
    } else {
        port->command->transferred = MIN(transferred(port), port->command->bytes);
        finish(port, EFI_SUCCESS);
    }
}

static void abort_all(struct scsi_unit *scsi, EFI_STATUS status)
{
    ahci_packet_fail(port_of(scsi), status);
}

static EFI_STATUS revive(struct scsi_unit *scsi)
{
    return ahci_port_revive(port_of(scsi));
}

static const struct scsi_transport transport = {
    .submit = submit,
    .kick = kick,
    .poll = poll,
    .abort = abort_all,
    .revive = revive,
};

EFI_STATUS ahci_packet_start(struct ahci_port *port)
{
    uint16_t id[ATA_ID_WORDS];
    EFI_STATUS status = ahci_identify(port, id);
    if (EFI_ERROR(status))
        return status;
    port->dma_direction = id[ATA_ID_DMADIR] & ATA_ID_DMADIR_NEEDED;
    port->scsi.transport = &transport;
    port->scsi.requests.part_max = AHCI_PART_MAX;
    port->scsi.requests.pieces_max = BLOCK_PIECES_MAX;
    port->scsi.requests.piece_size_max = AHCI_PRD_MAX;
    port->scsi.requests.align = 2;
    format_text(port->scsi.block.name, sizeof port->scsi.block.name, "ahci %s port %u",
                port->ahci->function->name, port->number);
    port->interface.disk = &port->scsi.block;
    ahci_set_serial(&port->scsi.block, id);
    return scsi_unit_start(&port->scsi);
}
