/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* The input is a disk with an MBR and, from 32 KiB on, an ISO 9660 volume with a boot catalogue. To
 * keep inputs small the part up to 32 KiB is only its first 4 KiB. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/memory.h"
#include "models/ramdisk.h"
#include "storage/partition.h"

#define HEAD_SIZE 4096u
#define ISO_START 34816u /* sector 17 */
#define DISK_SIZE (128u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 512 || size > DISK_SIZE - ISO_START)
        return 0;
    struct ramdisk disk;
    struct partition_list list;
    uint32_t block = 512u << (data[0] & 3);
    ramdisk_init(&disk, block, DISK_SIZE / block);
    size_t head = MIN(size, HEAD_SIZE);
    memcpy(disk.data, data, head);
    memcpy(disk.data + ISO_START, data + head, size - head);
    if (!EFI_ERROR(partitions_read(&disk.device, &list))) {
        for (size_t i = 0; i < list.count; i++) {
            struct partition_device device;
            uint8_t *buffer = malloc(block);
            partition_device_init(&device, &disk.device, &list.items[i]);
            if (EFI_ERROR(block_read(&device.device, 0, buffer, block)) ||
                EFI_ERROR(block_read(&device.device, device.device.block_count - 1, buffer, block)))
                abort();
            free(buffer);
        }
        partitions_release(&list);
    }
    ramdisk_release(&disk);
    return 0;
}
