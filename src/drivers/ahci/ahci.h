/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"

/* AHCI controllers on PCI (Serial ATA AHCI 1.3.1): each disk and CD-ROM is an interface. The driver
 * is in the table pci_drivers. */

EFI_STATUS ahci_start(struct pci_function *function, struct device_instance **ret) MUST_CHECK;
void ahci_stop(struct device_instance *instance);
void ahci_quiesce(struct device_instance *instance);
