/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Decompresses the input into memory of exactly the size that its header asks for. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "efi/protocols/decompress.h"

#define OUTPUT_MAX (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EFI_DECOMPRESS_PROTOCOL *protocol = &decompress_protocol;
    uint32_t out_size, scratch_size;
    EFI_STATUS status =
        protocol->GetInfo(protocol, (void *)data, (uint32_t)size, &out_size, &scratch_size);
    if (EFI_ERROR(status) || out_size > OUTPUT_MAX)
        return 0;

    void *out = malloc(out_size > 0 ? out_size : 1), *scratch = malloc(scratch_size);
    protocol->Decompress(protocol, (void *)data, (uint32_t)size, out, out_size, scratch,
                         scratch_size);
    free(scratch);
    free(out);
    return 0;
}
