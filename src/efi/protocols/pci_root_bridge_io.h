/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/protocol/pci_root_bridge_io.h"

struct pci_host;

/* EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL of one root bridge. */
struct pci_root_bridge_io {
    EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL protocol;
    struct pci_host *host;
    void *resources; /* what Configuration() gives, once somebody has asked */
};

void pci_root_bridge_io_init(struct pci_root_bridge_io *io, struct pci_host *host);
