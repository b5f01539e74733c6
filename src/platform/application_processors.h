/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "arch/ap.h"
#include "efi/status.h"
#include "lib/macros.h"
#include "platform/machine.h"

/* The processors of the machine, and how those beside the boot processor are started and stopped.
 * Nothing of it happens before application_processors_init(). The memory that they use — 44 KiB
 * each and a page below 1 MiB — is boot-services memory: before the OS owns it they are stopped. */

struct processors {
    const uint32_t *ids; /* of their local APICs, ascending */
    struct ap *list;     /* in the same order; the boot processor is AP_ABSENT */
    size_t count;
    size_t boot; /* index of the boot processor */
};

/* Finds all processors and starts them: those that do not answer within a second after the last
 * one that did, cannot be reached, or get no memory are AP_ABSENT, with one line in the log. */
EFI_STATUS application_processors_init(const struct machine *machine,
                                       struct processors *ret) MUST_CHECK;

/* Starts every one that is AP_OFF, as above. */
void application_processors_start(const struct processors *processors);

/* Takes the processor away from what it is doing: it is AP_OFF then. False when it had just become
 * idle. */
bool application_processor_stop(struct ap *ap);

/* Every one waits for an INIT and start-up of somebody else's, and runs nothing. */
void application_processors_release(const struct processors *processors);

/* Gives the lists back; the memory that processors had lasts until ExitBootServices. */
void application_processors_free(struct processors *processors);

/* The index of the processor that calls; SIZE_MAX when it is not in the list. */
size_t application_processors_self(const struct processors *processors);
