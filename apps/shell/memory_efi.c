/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/memory.h"
#include "shell/shell.h"

void *shell_alloc(size_t size)
{
    void *memory;
    EFI_STATUS status = shell.bs->AllocatePool(EfiLoaderData, size, &memory);
    return EFI_ERROR(status) ? NULL : memory;
}

void shell_free(void *memory)
{
    if (memory != NULL)
        (void)shell.bs->FreePool(memory);
}
