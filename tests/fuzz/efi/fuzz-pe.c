/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Parses the input as a PE image, loads and relocates it as the image loader does. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "efi/hii/package.h"
#include "efi/pe_resource.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pe_image image;
    const char *problem;
    if (EFI_ERROR(pe_parse(data, size, &image, &problem)) || image.image_size > (16 << 20))
        return 0;

    uint8_t *memory = malloc(image.image_size);
    if (memory == NULL)
        return 0;
    pe_place(&image, memory);
    EFI_STATUS status = pe_relocate(&image, memory, 0x7f000000, &problem);
    (void)status;
    struct pe_data_directory resource;
    if (pe_resource_find(&image, memory, "HII", &resource))
        (void)hii_package_list_fits(memory + resource.address, resource.size);
    free(memory);
    return 0;
}
