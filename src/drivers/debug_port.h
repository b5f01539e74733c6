/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* The VMM's debug ports: a byte written to one appears in a file of the VMM's or on its standard
 * output. A port that is there reads 0xE9 (QEMU isa-debugcon; Cloud Hypervisor's 0x402 and 0xE9).
 */
#define DEBUG_PORT_402 0x402
#define DEBUG_PORT_E9  0xe9

/* Reads each port once, and adds a log sink for every line to those that are there. For DEBUG
 * builds. */
void debug_ports_init(void);
