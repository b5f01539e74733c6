/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "storage/file_system.h"

/* FAT12, FAT16 and FAT32 (Microsoft's FAT specification 1.03; UEFI 2.10 §13.3.1), reading and
 * writing. Also on devices whose blocks have another size than the volume's sectors. Every
 * operation leaves the volume whole on the device, in an order that a power cut between any two
 * writes costs at most lost clusters or the change itself.
 *
 * EFI_UNSUPPORTED, without a log line: not FAT. EFI_VOLUME_CORRUPTED, with one line: FAT, but
 * broken. */
EFI_STATUS fat_mount(struct block_device *device, struct file_system **ret) MUST_CHECK;
