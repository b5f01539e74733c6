/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/pci_io.h"

struct pci_function;

/* EFI_PCI_IO_PROTOCOL of one function: part of its controller, and it costs nothing until somebody
 * calls it. */
struct pci_io {
    EFI_PCI_IO_PROTOCOL protocol;
    struct pci_function *function;
    uint64_t supports; /* attributes; 0: not found out yet */
    bool high;         /* DUAL_ADDRESS_CYCLE is enabled: memory above 4 GiB needs no copy */
};

void pci_io_init(struct pci_io *io, struct pci_function *function);

/* The structure that a protocol is part of, or NULL when it is not one of ours. NULL is allowed. */
struct pci_io *pci_io_of(EFI_PCI_IO_PROTOCOL *protocol);
