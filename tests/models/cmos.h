/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"
#include "models/bus.h"

/* The clock behind ports 0x70 and 0x71, as QEMU has it, or as Cloud Hypervisor: registers are
 * computed from the host's time in BCD and 24 hours, whatever register B says, and writes to them
 * are lost. */
struct cmos {
    struct bus_range range;
    struct bus *bus;
    EFI_TIME time;             /* advances by cmos_tick() only */
    bool is_cloud_hypervisor;  /* cmos_make_cloud_hypervisor() */
    bool has_century;          /* else 0x32 is RAM */
    unsigned reads_until_tick; /* the clock ticks before that read of the data port; 0: never */
    unsigned updating;         /* register A says so for that many reads */
    uint8_t index;
    uint8_t ram[128]; /* [0x0b] is register B */
};

void cmos_init(struct cmos *cmos, struct bus *bus);

/* What it reads like on Cloud Hypervisor from then on. */
void cmos_make_cloud_hypervisor(struct cmos *cmos);

/* One second later. */
void cmos_tick(struct cmos *cmos);
