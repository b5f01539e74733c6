/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/table.h"
#include "storage/file_system.h"

EFI_STATUS file_system_mount(struct block_device *device, struct file_system **ret)
{
    TABLE_FOR_EACH(const struct file_system_type, type, file_system_types)
    {
        EFI_STATUS status = type->mount(device, ret);
        if (status != EFI_UNSUPPORTED)
            return status;
    }
    return EFI_UNSUPPORTED;
}
