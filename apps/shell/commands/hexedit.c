/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/fullscreen/hex_editor.h"
#include "shell/fullscreen/host_efi.h"
#include "shell/print.h"

enum { FILE, DISK, MEMORY };

static const struct option options[] = {
    {"-f", OPTION_FLAG, NULL, "Edits a file, which is the default."},
    {"-d", OPTION_FLAG, NULL, "Edits blocks: disk block count."},
    {"-m", OPTION_FLAG, NULL, "Edits memory: address size."},
};

static EFI_STATUS take_region(struct invocation *i, struct region *ret)
{
    bool disk = i->values[DISK] != NULL, memory = i->values[MEMORY] != NULL;
    size_t wanted = disk ? 3 : memory ? 2 : 1, numbers = disk ? 1 : 0;
    if ((i->values[FILE] != NULL) + disk + memory > 1) {
        complain("-f, -d and -m exclude each other");
        return EFI_INVALID_PARAMETER;
    }
    if (disk || memory ? i->count != wanted : i->count > wanted) {
        complain("the operands are wrong; 'hexedit -?' explains");
        return EFI_INVALID_PARAMETER;
    }
    ret->kind = disk ? REGION_DISK : memory ? REGION_MEMORY : REGION_FILE;
    if (disk) {
        size_t length = ucs2_length(i->operands[0], SIZE_MAX);
        memcpy(ret->disk, i->operands[0],
               MIN(length, ARRAY_SIZE(ret->disk) - 1) * sizeof *ret->disk);
    }
    if ((disk || memory) && (!command_number(i->operands[numbers], true, &ret->first) ||
                             !command_number(i->operands[numbers + 1], true, &ret->count)))
        return EFI_INVALID_PARAMETER;
    return EFI_SUCCESS;
}

static EFI_STATUS hexedit(struct invocation *i)
{
    struct region region = {0};
    EFI_STATUS status = take_region(i, &region);
    if (EFI_ERROR(status))
        return status;
    const struct screen_host *screen = host_screen_open();
    const char16_t *name = i->count > 0 ? i->operands[0] : NULL;
    if (screen == NULL)
        return EFI_UNSUPPORTED;
    status = hex_editor_run(screen, &host_files, &host_regions, &region, name);
    host_screen_close();
    return EFI_ERROR(status) ? complain_status(status, "%ls", name != NULL ? name : u"") : status;
}

SHELL_COMMAND(hexedit_command) = {
    .name = "hexedit",
    .run = hexedit,
    .summary = "Edits the bytes of a file, a disk or memory on the full screen.",
    .operands = "[file | disk block count | address size]",
    .details =
        "Numbers are hexadecimal. Ctrl-E lists the keys. Nothing is written before F2\n"
        "(Ctrl-S), and of disks and memory only blocks and bytes that were changed. What is\n"
        "no memory is a fault that stops the machine.",
    .examples = "  hexedit data.bin\n  hexedit -d blk0: 0 1\n  hexedit -m 100000 40",
    OPTIONS(options),
    .most = 3,
};
