/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/shell.h"

#include "lib/device_path.h"
#include "lib/status_name.h"

struct guid_node {
    EFI_DEVICE_PATH_PROTOCOL header;
    EFI_GUID guid;
} __attribute__((packed));

#define GUID_NODE(subtype, ...)                                                                    \
    {                                                                                              \
        {MEDIA_DEVICE_PATH, (subtype), {sizeof(struct guid_node), 0}}, __VA_ARGS__                 \
    }

/* The volume is CloudHv's alone; the file has the name by which every shell is known. */
static const struct {
    struct guid_node volume, file;
    EFI_DEVICE_PATH_PROTOCOL end;
} __attribute__((packed)) shell_path = {
    GUID_NODE(MEDIA_PIWG_FW_VOL_DP,
              {0x5a1b5f0e, 0x9c39, 0x4d0b, {0x8e, 0x21, 0x6d, 0x2f, 0x0b, 0x43, 0xc1, 0x78}}),
    GUID_NODE(MEDIA_PIWG_FW_FILE_DP,
              {0x7c04a583, 0x9e3e, 0x4f1c, {0xad, 0x65, 0xe0, 0x52, 0x68, 0xd0, 0xb4, 0xd1}}),
    {END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE, {sizeof(EFI_DEVICE_PATH_PROTOCOL), 0}},
};

bool shell_is_path(const EFI_DEVICE_PATH_PROTOCOL *path)
{
    return device_path_equal(path, &shell_path.volume.header);
}

EFI_STATUS shell_get(struct boot *boot, struct boot_image *ret)
{
    EFI_STATUS status = boot->host->GetShell(boot->host, &ret->image, &ret->image_size);
    if (!EFI_ERROR(status))
        ret->path = (EFI_DEVICE_PATH_PROTOCOL *)(uintptr_t)&shell_path;
    return status;
}

bool boot_shell(struct boot *boot)
{
    struct boot_image image = {.name = "shell"};
    bool started = false;
    EFI_STATUS status = shell_get(boot, &image);
    if (!EFI_ERROR(status)) {
        status = boot_start(boot, &image, &started);
        (void)boot->bs->FreePool(image.image);
    }
    if (!started)
        boot_report(boot, "shell: %s", status_name(status));
    return started;
}
