/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/smbios.h"
#include "lib/macros.h"

/* EFI_SMBIOS_PROTOCOL (PI 1.8 volume 5 §6) over smbios_records. A record pointer that GetNext()
 * gave is good until the record is changed or removed. */
extern EFI_SMBIOS_PROTOCOL smbios_protocol;

/* Reads the VMM's table (addresses of entry points, 0: none). EFI_NOT_FOUND: no table, and so no
 * protocol. */
EFI_STATUS smbios_protocol_init(uint64_t entry2, uint64_t entry3) MUST_CHECK;
