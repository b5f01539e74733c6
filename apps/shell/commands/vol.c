/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/memory.h"
#include "lib/ucs2.h"
#include "shell/commands/operands.h"
#include "shell/files/files.h"
#include "shell/print.h"
#include "shell/shell.h"

enum { LABEL, DELETE };

static const struct option options[] = {
    {"-n", OPTION_VALUE, "label", "Gives the volume this label."},
    {"-d", OPTION_FLAG, NULL, "Deletes the label."},
};

static EFI_STATUS set_label(struct invocation *i, const struct volume *volume,
                            const char16_t *label)
{
    EFI_FILE_PROTOCOL *root;
    EFI_FILE_SYSTEM_VOLUME_LABEL *info = arena_alloc(i->arena, ucs2_size(label));
    if (info == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(info->VolumeLabel, label, ucs2_size(label));
    EFI_STATUS status = volume_open(volume, &root);
    if (EFI_ERROR(status))
        return status;
    status = root->SetInfo(root, GUID_OF(EFI_FILE_SYSTEM_VOLUME_LABEL), ucs2_size(label), info);
    file_close(root);
    return status;
}

static EFI_STATUS show(const struct volume *volume)
{
    EFI_FILE_SYSTEM_INFO *info;
    char number[GROUPED_SIZE];
    EFI_STATUS status = volume_info(volume, &info);
    if (EFI_ERROR(status))
        return status;
    if (info->VolumeLabel[0] == 0)
        print("Volume %ls has no label", volume_name(volume));
    else
        print("Volume %ls is %ls", volume_name(volume), info->VolumeLabel);
    print(" (%s)\n%16s bytes total\n", info->ReadOnly ? "read only" : "read and write",
          grouped(info->VolumeSize, number));
    print("%16s bytes free\n", grouped(info->FreeSpace, number));
    print("%16s bytes in each allocation unit\n", grouped(info->BlockSize, number));
    shell_free(info);
    return EFI_SUCCESS;
}

static EFI_STATUS vol(struct invocation *i)
{
    const char16_t *name = i->count > 0 ? i->operands[0] : u".";
    const char16_t *label = i->values[DELETE] != NULL ? u"" : i->values[LABEL];
    struct location location;
    if (i->values[DELETE] != NULL && i->values[LABEL] != NULL) {
        complain("-n and -d exclude each other");
        return EFI_INVALID_PARAMETER;
    }
    EFI_STATUS status = file_locate(i->arena, name, &location);
    if (!EFI_ERROR(status) && label != NULL)
        status = set_label(i, location.volume, label);
    if (!EFI_ERROR(status))
        status = show(location.volume);
    return complain_unless_aborted(status, name);
}

SHELL_COMMAND(vol_command) = {
    .name = "vol",
    .run = vol,
    .summary = "Shows the size and label of a volume, or changes the label.",
    .operands = "[volume]",
    .examples = "  vol\n  vol fs0: -n BACKUP\n  vol fs0: -d",
    OPTIONS(options),
    .most = 1,
};
