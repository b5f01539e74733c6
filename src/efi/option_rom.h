/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "drivers/driver.h"
#include "efi/types.h"

struct controller;

/* Drivers in expansion ROMs, which run where the host has said `cloudhv.rom=on`: reading them costs
 * time for each device, and they are the device's programs. The PCI bus driver starts them when it
 * makes their device known (UEFI 2.10 §14.4.2): here, before drivers are connected to it. */

/* `image`: what loads them. */
void option_rom_init(EFI_HANDLE image);

bool option_rom_enabled(void);

/* The class of a device that only a driver in its ROM may know. */
enum device_class option_rom_class(const struct controller *controller);

/* Loads and starts the drivers in the ROM of the controller with this handle, once; they come
 * before ours. Nothing for other handles. */
void option_rom_start(EFI_HANDLE handle);
