/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/decompress.h"

#include "efi/guid.h"
#include "efi/protocol/decompress.h"
#include "shell/memory.h"
#include "shell/model/handles.h"
#include "shell/shell.h"

EFI_STATUS decompress_bytes(void *source, size_t size, void **ret, size_t *ret_size)
{
    EFI_DECOMPRESS_PROTOCOL *protocol = first_interface(GUID_OF(EFI_DECOMPRESS_PROTOCOL));
    uint32_t out_size, scratch_size;
    if (protocol == NULL)
        return EFI_UNSUPPORTED;
    EFI_STATUS status =
        protocol->GetInfo(protocol, source, (uint32_t)size, &out_size, &scratch_size);
    if (EFI_ERROR(status))
        return status;
    void *out = shell_alloc(out_size), *scratch = shell_alloc(scratch_size);
    status = out == NULL || scratch == NULL
                 ? EFI_OUT_OF_RESOURCES
                 : protocol->Decompress(protocol, source, (uint32_t)size, out, out_size, scratch,
                                        scratch_size);
    shell_free(scratch);
    if (EFI_ERROR(status)) {
        shell_free(out);
        return status;
    }
    *ret = out;
    *ret_size = out_size;
    return EFI_SUCCESS;
}
