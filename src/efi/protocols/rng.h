/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "efi/protocol/rng.h"
#include "lib/macros.h"

/* EFI_RNG_PROTOCOL (UEFI 2.10 §37.5) over whatever source of entropy this machine has. The one
 * algorithm, and so the default, is RAW. */

/* A source of entropy. Drivers (virtio-rng) offer more of them. */
struct entropy_source {
    /* Fills `data` with bytes that nobody can foretell. EFI_NOT_READY: none at present;
     * EFI_DEVICE_ERROR. */
    EFI_STATUS (*read)(void *context, uint8_t *data, size_t size);
    void *context;
    struct entropy_source *next; /* rng.c's */
};

/* The source stays the caller's and must live until it is removed. Output is the exclusive or of
 * all sources that answer, so that adding one never makes it worse; it fails when none of them
 * answers. */
void rng_add_source(struct entropy_source *source);
void rng_remove_source(struct entropy_source *source);

/* Adds the processor's own source when it has one. */
void rng_init(void);

/* Is there any source? */
bool rng_available(void);

/* Installs the protocol when there is a source, and takes it away when there is none. */
EFI_STATUS rng_publish(void) MUST_CHECK;

/* For the firmware's own use. EFI_UNSUPPORTED when there is no source. */
EFI_STATUS rng_read(uint8_t *data, size_t size) MUST_CHECK;

extern EFI_RNG_PROTOCOL rng_protocol;
