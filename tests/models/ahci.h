/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "hw/ata.h"
#include "models/pci.h"
#include "models/scsi.h"

/* An AHCI controller with ATA disks and packet devices. */

#define AHCI_MODEL_PORTS    4
#define AHCI_MODEL_BAR_SIZE 0x1000u

enum ahci_lie {
    AHCI_LIE_REGISTER, /* of a port, or of the controller */
    AHCI_LIE_BYTES,    /* that the command header counts */
    AHCI_LIE_IDENTIFY, /* a byte offset to change; honest: all ones */
};

struct ahci_model_port {
    /* What is there: a disk when `data` is set, else `packet`, else nothing. */
    uint8_t *data;
    uint64_t size;
    uint32_t sector_size;
    bool lba_28;
    struct scsi_model *packet;
    bool wants_direction;

    uint64_t bad_lba, bad_count;
    bool silent;           /* takes commands and does not end them: ahci_model_run() does */
    bool receives_nothing; /* no FIS tells of what ended */
    bool stays_busy;       /* after a reset of the link, too */
    bool busy_on_error;    /* an error leaves BSY set: only a reset of the link helps */
    bool never_stops;
    bool no_spin; /* the link comes up when the driver asks for it */
    bool short_count;

    uint32_t clb, clbu, fb, fbu, is, cmd, tfd, sctl, serr, ci;
    unsigned reads, writes, flushes, resets, commands;
    uint64_t largest;
    unsigned most_pieces;
    uint8_t error; /* of the packet device: what REQUEST SENSE tells */
    struct scsi_model_answer last;
};

struct ahci_model {
    struct pci_model_function pci;
    struct bus *bus;
    struct guest_memory memory; /* map NULL: identity_memory */
    struct ahci_model_port ports[AHCI_MODEL_PORTS];
    uint32_t cap, cap2, bohc, ghc;
    bool bios_keeps_it;
    unsigned register_accesses;
    uint64_t (*lie)(void *context, unsigned what, uint64_t honest);
    void *lie_context;
};

/* Does the command that a silent port was given. */
void ahci_model_run(struct ahci_model *model, struct ahci_model_port *port);

/* Ports are set. */
void ahci_model_add(struct ahci_model *model, struct pci_model *segment, unsigned device,
                    uint32_t bar_address);
