/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/ram_disk.h"

/* EFI_RAM_DISK_PROTOCOL (UEFI 2.10 §13.21): memory of a program's as a disk. One in reserved memory
 * is told to the OS by an NFIT (efi/nfit.h). */
extern EFI_RAM_DISK_PROTOCOL ram_disk_protocol;
