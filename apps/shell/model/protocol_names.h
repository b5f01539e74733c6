/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/types.h"

/* Names of protocols and tables of the UEFI and PI specifications, without EFI_ and _PROTOCOL, as
 * dh shows them: "BlockIo". NULL: unknown. */
const char *protocol_name(const EFI_GUID *guid);

/* The GUID of a name, upper and lower case alike; NULL: unknown. */
const EFI_GUID *protocol_guid(const char16_t *name);

/* A name, or a GUID in the registry's format. */
bool protocol_operand(const char16_t *word, EFI_GUID *ret);

/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" */
bool guid_from_text(const char16_t *text, EFI_GUID *ret);
