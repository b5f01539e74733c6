/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* What runs before the boot options (UEFI 2.10 §3.1.2). A variable that has been followed once is
 * not followed again when the boot options are tried anew; one that was added meanwhile is. */

/* Loads the drivers of DriverOrder, and lets them have what others have left on the disks that are
 * connected by now; disks that are connected later find them anyway. */
void early_drivers(struct boot *boot);

/* Starts the applications of SysPrepOrder. */
void early_applications(struct boot *boot);
