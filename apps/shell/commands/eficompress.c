/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/command.h"
#include "shell/compress/compress.h"
#include "shell/decompress.h"
#include "shell/files/files.h"
#include "shell/files/replace.h"
#include "shell/memory.h"
#include "shell/print.h"

#define LARGEST_FILE (256u << 20)

static EFI_STATUS compress_bytes(void *source, size_t size, void **ret, size_t *ret_size)
{
    *ret = compress(source, size, ret_size);
    return *ret == NULL ? EFI_OUT_OF_RESOURCES : EFI_SUCCESS;
}

/* Reads one file and writes what `change` makes of it to another. */
static EFI_STATUS convert(struct invocation *i, EFI_STATUS (*change)(void *source, size_t size,
                                                                     void **ret, size_t *ret_size))
{
    void *source, *out;
    size_t size;
    EFI_STATUS status = file_read_named(i->operands[0], LARGEST_FILE, &source, &size);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", i->operands[0]);
    status = change(source, size, &out, &size);
    shell_free(source);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", i->operands[0]);
    status = file_replace(i->operands[1], out, size);
    shell_free(out);
    return EFI_ERROR(status) ? complain_status(status, "%ls", i->operands[1]) : status;
}

static EFI_STATUS eficompress(struct invocation *i)
{
    return convert(i, compress_bytes);
}

static EFI_STATUS efidecompress(struct invocation *i)
{
    return convert(i, decompress_bytes);
}

SHELL_COMMAND(eficompress_command) = {
    .name = "eficompress",
    .run = eficompress,
    .summary = "Compresses a file with UEFI's compression.",
    .operands = "file new-file",
    .least = 2,
    .most = 2,
};

SHELL_COMMAND(efidecompress_command) = {
    .name = "efidecompress",
    .run = efidecompress,
    .summary = "Decompresses a file of UEFI's compression.",
    .operands = "file new-file",
    .least = 2,
    .most = 2,
};
