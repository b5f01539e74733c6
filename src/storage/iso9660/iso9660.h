/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "storage/file_system.h"

/* ISO 9660, read only (ECMA-119; Joliet; Rock Ridge names). A member of `file_system_types`. */
EFI_STATUS iso9660_mount(struct block_device *device, struct file_system **ret) MUST_CHECK;
