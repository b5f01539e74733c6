/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/pci_io.h"
#include "selftest/test.h"

/* QEMU's devices for tests: "edu" has registers in BAR 0 and masters the bus, "pci-testdev" has
 * ports in BAR 1. tests/system/run_selftest.py plugs them. */
#define EDU_ID     0x11e81234u
#define TESTDEV_ID 0x00051b36u

#define EDU_IDENTITY 0x00u /* 0x?????0ed */
#define EDU_INVERT   0x04u /* reads as what was written, inverted */
#define EDU_DMA_FROM 0x80u
#define EDU_DMA_TO   0x88u
#define EDU_DMA_SIZE 0x90u
#define EDU_DMA_GO   0x98u
#define EDU_BUFFER   0x40000u /* its own memory, as an address of DMA */

/* The function with this vendor and device number; NULL is a failed check. */
EFI_PCI_IO_PROTOCOL *find_pci(uint32_t id);
