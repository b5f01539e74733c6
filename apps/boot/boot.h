/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/cloudhv/boot_host.h"
#include "efi/system_table.h"
#include "lib/macros.h"

/* The boot manager (UEFI 2.10 §3.1): an EFI application that sees the world through the system
 * table. */
struct boot {
    EFI_HANDLE image;
    EFI_SYSTEM_TABLE *st;
    EFI_BOOT_SERVICES *bs;
    EFI_RUNTIME_SERVICES *rt;
    CLOUDHV_BOOT_HOST_PROTOCOL *host;
};

/* Tries everything that may boot, in the order of docs/architecture.md; returns only when nothing
 * did and the host asked to stay (`cloudhv.noboot=halt`). */
EFI_STATUS EFIAPI boot_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

/* One line for the user. */
void boot_report(struct boot *boot, const char *format, ...) PRINTF(2, 3);
