/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "boot/boot.h"

/* Boots from the devices that `cloudhv.boot` lists, or from every disk: a list of words with commas
 * between them, `disk` (all disks in order), `diskN` (the N-th, from 0) or `shell`. */
void boot_host_order(struct boot *boot);
