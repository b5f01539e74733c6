/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/status.h"

/* A short phrase for people ("not found", "device error"); never NULL. */
const char *status_name(EFI_STATUS status);
