/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/command.h"
#include "shell/files/volume.h"
#include "shell/print.h"
#include "shell/shell.h"

static EFI_STATUS mount(struct invocation *i)
{
    const char16_t *name = i->operands[0];
    struct mapping *mapping = mapping_find(name, ucs2_length(name, SIZE_MAX));
    if (mapping == NULL) {
        complain("there is no mapping '%ls'", name);
        return EFI_NOT_FOUND;
    }
    EFI_HANDLE handle = mapping->volume->handle;
    (void)shell.bs->ConnectController(handle, NULL, NULL, true);
    EFI_STATUS status = volumes_update(false);
    struct volume *volume = volume_of_handle(handle);
    if (EFI_ERROR(status))
        return complain_status(status, "devices");
    if (volume == NULL || !volume->has_files) {
        complain("%ls has no file system that a driver here knows", name);
        return EFI_UNSUPPORTED;
    }
    status = i->count > 1 ? mapping_add(i->operands[1], volume) : EFI_SUCCESS;
    if (EFI_ERROR(status))
        return complain_status(status, "%ls", i->operands[1]);
    print("%ls is mounted.\n", volume_name(volume));
    return EFI_SUCCESS;
}

SHELL_COMMAND(mount_command) = {
    .name = "mount",
    .run = mount,
    .summary = "Makes the file system of a block device accessible.",
    .operands = "device [name]",
    .details = "Connects the drivers of file systems to the device, and maps the name to it.",
    .examples = "  mount blk3:\n  mount blk3: data",
    .least = 1,
    .most = 2,
};
