/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "vmm/machine.h"

/* A machine of the bench without a processor: 512 MiB, one processor and segment, no console. Tests
 * change `options` and call what makes the part that they look at. */

#define LOW_SIZE (512u << 20)

extern struct machine_options options;
extern struct vm vm;

int bench_set_up(void **state);
int bench_tear_down(void **state);

/* write_tables(), and the firmware's own discovery of the machine. */
struct machine;
const struct machine *bench_discover(void);

/* The files of tests: each runs its own, and returns how many failed. */
int test_devices(void);
int test_firecracker(void);
int test_options(void);
int test_pci(void);
int test_tables(void);
int test_virtio(void);
