/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/model/pci_names.h"

#include <stddef.h>

#include "lib/macros.h"

#define ANY 0xff

static const struct {
    uint8_t base, sub;
    const char *name;
} classes[] = {
    {0x00, ANY, "Device without class"},
    {0x01, 0x00, "SCSI storage controller"},
    {0x01, 0x01, "IDE controller"},
    {0x01, 0x06, "SATA controller"},
    {0x01, 0x08, "Non-volatile memory controller"},
    {0x01, ANY, "Storage controller"},
    {0x02, 0x00, "Ethernet controller"},
    {0x02, ANY, "Network controller"},
    {0x03, 0x00, "VGA controller"},
    {0x03, ANY, "Display controller"},
    {0x04, ANY, "Multimedia controller"},
    {0x05, ANY, "Memory controller"},
    {0x06, 0x00, "Host bridge"},
    {0x06, 0x01, "ISA bridge"},
    {0x06, 0x04, "PCI bridge"},
    {0x06, ANY, "Bridge"},
    {0x07, 0x00, "Serial controller"},
    {0x07, ANY, "Communication controller"},
    {0x08, ANY, "System peripheral"},
    {0x09, ANY, "Input controller"},
    {0x0b, ANY, "Processor"},
    {0x0c, 0x03, "USB controller"},
    {0x0c, 0x05, "SMBus controller"},
    {0x0c, ANY, "Serial bus controller"},
    {0x0d, ANY, "Wireless controller"},
    {0x10, ANY, "Encryption controller"},
    {0x11, ANY, "Signal processing controller"},
    {0x12, ANY, "Processing accelerator"},
};

const char *pci_class_name(uint8_t base, uint8_t sub)
{
    for (size_t at = 0; at < ARRAY_SIZE(classes); at++)
        if (classes[at].base == base && (classes[at].sub == sub || classes[at].sub == ANY))
            return classes[at].name;
    return "Other device";
}

const char *pci_capability_name(uint8_t id)
{
    static const char *const names[] = {
        [0x01] = "power management",
        [0x03] = "vital product data",
        [0x05] = "MSI",
        [0x09] = "vendor specific",
        [0x0d] = "bridge subsystem",
        [0x10] = "PCI Express",
        [0x11] = "MSI-X",
        [0x12] = "SATA",
        [0x13] = "advanced features",
        [0x14] = "enhanced allocation",
    };
    return id < ARRAY_SIZE(names) && names[id] != NULL ? names[id] : "?";
}
