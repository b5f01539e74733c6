/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/protocol/decompress.h"
#include "shell/command.h"
#include "shell/compress/compress.h"
#include "shell/files/files.h"
#include "shell/model/handles.h"
#include "shell/print.h"
#include "shell/shell.h"

#define LARGEST_FILE (256u << 20)

static EFI_STATUS write_file(const char16_t *name, void *data, size_t size)
{
    EFI_FILE_PROTOCOL *file;
    EFI_STATUS status = file_create(name, &file);
    if (EFI_ERROR(status))
        return status;
    status = file->Write(file, &size, data);
    file_close(file);
    return status;
}

/* The bytes of the file, by the firmware's protocol. The result is for shell_free(). */
static EFI_STATUS decompress(void *source, size_t size, void **ret, size_t *ret_size)
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
    status = write_file(i->operands[1], out, size);
    shell_free(out);
    return EFI_ERROR(status) ? complain_status(status, "%ls", i->operands[1]) : status;
}

static EFI_STATUS eficompress(struct invocation *i)
{
    return convert(i, compress_bytes);
}

static EFI_STATUS efidecompress(struct invocation *i)
{
    return convert(i, decompress);
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
