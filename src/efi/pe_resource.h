/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/pe.h"

/* Finds the first resource of the named type in a placed image (PE/COFF specification, the .rsrc
 * section), and where in the image it is. False: there is none, or what leads to it is malformed.
 */
bool pe_resource_find(const struct pe_image *image, const void *memory, const char *type,
                      struct pe_data_directory *ret);
