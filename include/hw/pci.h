/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* PCI configuration space (PCI Local Bus 3.0 §6, PCI-to-PCI Bridge 1.2 §3, PCI Express 5.0 §7.5).
 * Offsets in bytes. */

#define PCI_ECAM_BUS_SIZE (1u << 20) /* configuration space of one bus */
#define PCI_CONFIG_SIZE   256u       /* the part that CF8/CFC reaches */
#define PCI_EXPRESS_SIZE  4096u

#define PCI_PORT_ADDRESS        0xcf8
#define PCI_PORT_DATA           0xcfc
#define PCI_PORT_ADDRESS_ENABLE (1u << 31)

#define PCI_DEVICES_PER_BUS      32u
#define PCI_FUNCTIONS_PER_DEVICE 8u

#define PCI_VENDOR_ID       0x00 /* vendor and device id in one 32-bit register */
#define PCI_COMMAND         0x04 /* command, and status in the high half */
#define PCI_CLASS_REVISION  0x08 /* revision, programming interface, subclass, class */
#define PCI_CACHE_LINE      0x0c /* cache line size, latency timer, header type, BIST */
#define PCI_BAR0            0x10
#define PCI_SUBSYSTEM       0x2c
#define PCI_ROM             0x30 /* expansion ROM; 0x38 in header type 1 */
#define PCI_CAPABILITY_LIST 0x34
#define PCI_INTERRUPT       0x3c

/* Header type 1 */
#define PCI_BRIDGE_BUSES          0x18 /* primary, secondary, subordinate, secondary latency timer */
#define PCI_BRIDGE_IO             0x1c /* I/O base and limit; secondary status in the high half */
#define PCI_BRIDGE_MEMORY         0x20 /* base and limit, 1 MiB units */
#define PCI_BRIDGE_PREFETCH       0x24
#define PCI_BRIDGE_PREFETCH_BASE  0x28 /* high halves */
#define PCI_BRIDGE_PREFETCH_LIMIT 0x2c
#define PCI_BRIDGE_IO_HIGH        0x30
#define PCI_BRIDGE_ROM            0x38
#define PCI_BRIDGE_CONTROL        0x3c

#define PCI_COMMAND_IO           0x0001u
#define PCI_COMMAND_MEMORY       0x0002u
#define PCI_COMMAND_BUS_MASTER   0x0004u
#define PCI_COMMAND_INTX_DISABLE 0x0400u
#define PCI_STATUS_CAPABILITIES  (0x0010u << 16) /* in the 32-bit register at PCI_COMMAND */

#define PCI_HEADER_TYPE_MASK     0x7fu
#define PCI_HEADER_TYPE_NORMAL   0x00u
#define PCI_HEADER_TYPE_BRIDGE   0x01u
#define PCI_HEADER_MULTIFUNCTION 0x80u

#define PCI_BAR_IO           0x1u
#define PCI_BAR_TYPE_MASK    0x6u
#define PCI_BAR_TYPE_64      0x4u
#define PCI_BAR_PREFETCHABLE 0x8u
#define PCI_BAR_IO_MASK      (~0x3u)
#define PCI_BAR_MEMORY_MASK  (~0xfu)

#define PCI_ROM_ENABLE       0x1u
#define PCI_ROM_ADDRESS_MASK (~0x7ffu)

#define PCI_CAPABILITY_VENDOR  0x09u
#define PCI_CAPABILITY_EXPRESS 0x10u
#define PCI_CAPABILITY_MSIX    0x11u

/* In a port's PCI Express capability (PCI Express 5.0 §7.5.3): what it is stands in the two bytes
 * behind the header; slot control is the low half of a register, slot status the high one. */
#define PCI_EXPRESS_TYPE(header)       ((header) >> 20 & 0xfu)
#define PCI_EXPRESS_HAS_SLOT(header)   (((header) >> 24 & 1u) != 0)
#define PCI_EXPRESS_SLOT_CAPABILITIES  0x14u
#define PCI_EXPRESS_SLOT_POWER_CONTROL 0x2u
#define PCI_EXPRESS_SLOT               0x18u
#define PCI_EXPRESS_SLOT_INDICATOR     0x300u /* of power: 1 on, 3 off */
#define PCI_EXPRESS_SLOT_INDICATOR_ON  0x100u
#define PCI_EXPRESS_SLOT_POWER_OFF     0x400u
#define PCI_EXPRESS_SLOT_PRESENT       0x400000u

#define PCI_CLASS_STORAGE       0x01u
#define PCI_CLASS_NETWORK       0x02u
#define PCI_CLASS_BRIDGE        0x06u
#define PCI_SUBCLASS_PCI_BRIDGE 0x04u
