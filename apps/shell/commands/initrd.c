/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "shell/initrd.h"

#include "shell/command.h"
#include "shell/files/files.h"
#include "shell/print.h"

enum { WITHDRAW };

static const struct option options[] = {
    {"-u", OPTION_FLAG, NULL, "Offers it no more."},
};

/* Larger ones fit in no machine that has one. */
#define LARGEST_INITRD (2ull << 30)

static EFI_STATUS offer(const char16_t *name)
{
    void *data;
    size_t size;
    EFI_STATUS status = file_read_named(name, LARGEST_INITRD, &data, &size);
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", name);
    status = initrd_offer(data, size);
    if (EFI_ERROR(status)) {
        shell_free(data);
        return complain_status(status, "initrd");
    }
    print("%ls is offered to Linux: %zu bytes.\n", name, size);
    return EFI_SUCCESS;
}

static EFI_STATUS initrd(struct invocation *i)
{
    if ((i->values[WITHDRAW] != NULL) == (i->count > 0)) {
        complain("either a file or -u is needed");
        return EFI_INVALID_PARAMETER;
    }
    if (i->count > 0)
        return offer(i->operands[0]);
    EFI_STATUS status = initrd_withdraw();
    return EFI_ERROR(status) ? complain_status(status, "initrd") : status;
}

SHELL_COMMAND(initrd_command) = {
    .name = "initrd",
    .run = initrd,
    .summary = "Offers a file to Linux as its initramfs.",
    .operands = "[file]",
    .details = "A kernel that is started afterwards takes it, as from any firmware that has it\n"
               "(LoadFile2 of LINUX_EFI_INITRD_MEDIA). It is offered until the shell ends.",
    .examples = "  initrd fs0:\\initrd.img\n  fs0:\\vmlinuz root=/dev/vda1",
    OPTIONS(options),
    .most = 1,
};
