/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdint.h>

/* Words for the class of a PCI function (PCI Code and ID Assignment 1.16 §1), the nearest there is.
 */
const char *pci_class_name(uint8_t base, uint8_t sub);

/* And for a capability's id (§2); "?" when unknown. */
const char *pci_capability_name(uint8_t id);
