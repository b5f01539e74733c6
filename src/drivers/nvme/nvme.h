/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "drivers/driver.h"

/* NVMe controllers on PCI (NVM Express 1.4): each namespace is an interface. The driver is in the
 * table pci_drivers. */

EFI_STATUS nvme_start(struct pci_function *function, struct device_instance **ret) MUST_CHECK;
void nvme_stop(struct device_instance *instance);
void nvme_quiesce(struct device_instance *instance);
