/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/cloudhv/boot_host.h"

/* The private protocol that the boot manager uses (include/efi/cloudhv/boot_host.h). */
extern CLOUDHV_BOOT_HOST_PROTOCOL boot_host_protocol;

/* The shell's image as tools/efi-compress writes it, which stays the caller's. */
void boot_host_set_shell(const void *image, size_t size);
