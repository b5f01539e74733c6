/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "core/time.h"
#include "drivers/driver.h"
#include "drivers/scsi/scsi.h"
#include "hw/ata.h"

/* What the files of the AHCI driver share. One command at a time for each port: nobody is faster
 * who emulates a disk, and what ended and what did not is never in question. */

struct pci_function;

#define AHCI_PART_MAX (4u << 20)

/* Memory of one port that the device reads and writes: a page. */
struct ahci_memory {
    struct ahci_command_header list[AHCI_LIST_SIZE / sizeof(struct ahci_command_header)];
    uint8_t received[AHCI_RECEIVE_SIZE];
    struct ahci_fis fis;
    uint8_t fis_padding[AHCI_TABLE_PACKET - sizeof(struct ahci_fis)];
    uint8_t packet[16];
    uint8_t packet_padding[AHCI_TABLE_PRDT - AHCI_TABLE_PACKET - 16];
    struct ahci_prd prdt[BLOCK_PIECES_MAX];
    uint16_t identify[ATA_ID_WORDS];
    uint8_t sense[32];
};

_Static_assert(offsetof(struct ahci_memory, received) % AHCI_RECEIVE_SIZE == 0,
               "AHCI 1.3.1 §3.3.3");
_Static_assert(offsetof(struct ahci_memory, fis) % 128 == 0, "AHCI 1.3.1 §4.2.2");
_Static_assert(offsetof(struct ahci_memory, prdt) ==
                   offsetof(struct ahci_memory, fis) + AHCI_TABLE_PRDT,
               "AHCI 1.3.1 §4.2.3");

struct ahci;

/* A command for the port. */
struct ahci_command {
    struct ahci_fis fis;
    const uint8_t *packet; /* NULL: not for ATAPI */
    bool to_device;
    const struct block_piece *pieces;
    unsigned count;
};

enum ahci_result {
    AHCI_RUNNING,
    AHCI_DONE,
    AHCI_FAILED, /* the port must be recovered */
};

struct ahci_port {
    struct list link;
    struct device_interface interface;
    struct ahci *ahci;
    struct ahci_memory *memory;
    uint64_t registers; /* address */
    unsigned number;
    uint64_t looked; /* at the registers, in ticks of the TSC */
    bool busy;       /* a command was issued */
    bool dead;       /* given up */
    bool stuck;      /* would not stop: its memory is never used again */
    bool is_packet;

    /* A disk */
    struct block_device block;
    struct block_queue requests;
    struct block_part part;
    bool lba_48;

    /* A CD-ROM */
    struct scsi_unit scsi;
    struct scsi_command *command; /* that runs; NULL: none */
    bool sensing;                 /* REQUEST SENSE for it */
    bool dma_direction;
};

struct ahci {
    struct device_instance instance;
    struct pci_function *function;
    uint64_t registers;
    uint32_t capabilities;
    struct list ports;
};

/* port.c: the engine of a port (§10.1.2, §10.4). */
EFI_STATUS ahci_port_start(struct ahci_port *port) MUST_CHECK; /* also after ahci_port_stop() */
/* The device touches no memory any more. */
EFI_STATUS ahci_port_stop(struct ahci_port *port) MUST_CHECK;
/* After an error: clears it, with a reset of the link when that is what it takes. */
EFI_STATUS ahci_port_recover(struct ahci_port *port) MUST_CHECK;
/* Starts a port again that was given up, and stopped. */
EFI_STATUS ahci_port_revive(struct ahci_port *port) MUST_CHECK;
void ahci_port_issue(struct ahci_port *port, const struct ahci_command *command);
enum ahci_result ahci_port_result(struct ahci_port *port);
/* Issues and waits. EFI_TIMEOUT: the port was stopped. */
EFI_STATUS ahci_port_run(struct ahci_port *port, const struct ahci_command *command) MUST_CHECK;
uint32_t ahci_port_read(const struct ahci_port *port, unsigned offset);
/* Reads IDENTIFY (PACKET) DEVICE into `ret`. */
EFI_STATUS ahci_identify(struct ahci_port *port, uint16_t ret[ATA_ID_WORDS]) MUST_CHECK;
void ahci_set_serial(struct block_device *block, const uint16_t *identify);

/* disk.c and packet.c: what is at a port, which has been started. */
EFI_STATUS ahci_disk_start(struct ahci_port *port) MUST_CHECK;
void ahci_disk_fail(struct ahci_port *port, EFI_STATUS status);
EFI_STATUS ahci_packet_start(struct ahci_port *port) MUST_CHECK;
void ahci_packet_fail(struct ahci_port *port, EFI_STATUS status);
