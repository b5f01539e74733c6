/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "drivers/driver.h"

const struct virtio_driver *virtio_driver_find(uint16_t type)
{
    TABLE_FOR_EACH(const struct virtio_driver, driver, virtio_drivers)
    {
        if (driver->type == type)
            return driver;
    }
    return NULL;
}
