/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/driver.h"

const struct pci_driver *pci_driver_find(const struct pci_function *function)
{
    TABLE_FOR_EACH(const struct pci_driver, driver, pci_drivers)
    {
        if (driver->match(function))
            return driver;
    }
    return NULL;
}
