/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/removable.h"

#include "boot/path.h"
#include "boot/start.h"
#include "boot/volume.h"
#include "efi/guid.h"
#include "efi/protocol/block_io.h"
#include "efi/protocol/simple_file_system.h"
#include "lib/device_path.h"
#include "lib/printf.h"
#include "lib/status_name.h"
#include "lib/ucs2.h"

#define LOADER "\\EFI\\BOOT\\BOOTX64.EFI"

/* What came of one disk. */
struct attempt {
    struct boot *boot;
    EFI_HANDLE disk;
    size_t file_systems;
    bool loader_found;
    const char16_t *options;
    uint32_t options_size;
};

static void try_volume(struct attempt *attempt, EFI_HANDLE handle,
                       const EFI_DEVICE_PATH_PROTOCOL *path)
{
    struct boot *boot = attempt->boot;
    char16_t name[sizeof LOADER];
    ucs2_from_ascii(name, ARRAY_SIZE(name), LOADER);
    if (!volume_has_file(boot, handle, name))
        return;

    attempt->loader_found = true;
    char text[96];
    format_text(text, sizeof text, "%s: " LOADER, boot->host->GetName(boot->host, attempt->disk));
    struct boot_image image = {
        .path = path_of_file(boot, path, name),
        .name = text,
        .options = attempt->options,
        .options_size = attempt->options_size,
    };
    if (image.path == NULL)
        return;
    size_t problems = boot->host->GetProblemCount(boot->host);
    bool started;
    EFI_STATUS status = boot_start(boot, &image, &started);
    if (!started && boot->host->GetProblemCount(boot->host) == problems)
        boot_report(boot, "%s: %s", text, status_name(status));
    (void)boot->bs->FreePool(image.path);
}

/* The file systems that are on this disk, in the order of the handle database, which is that of the
 * partitions. */
static void try_volumes(struct attempt *attempt)
{
    struct boot *boot = attempt->boot;
    const EFI_DEVICE_PATH_PROTOCOL *disk_path = path_of(boot, attempt->disk);
    EFI_HANDLE *handles;
    size_t count;
    EFI_STATUS status = boot->bs->LocateHandleBuffer(
        ByProtocol, GUID_OF(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL), NULL, &count, &handles);
    if (EFI_ERROR(status))
        return;
    for (size_t i = 0; i < count; i++) {
        const EFI_DEVICE_PATH_PROTOCOL *path = path_of(boot, handles[i]);
        if (path == NULL || disk_path == NULL || !device_path_begins_with(path, disk_path))
            continue;
        attempt->file_systems++;
        try_volume(attempt, handles[i], path);
    }
    (void)boot->bs->FreePool(handles);
}

/* `cloudhv.options` are the load options of a loader that no Boot#### variable describes. */
static uint32_t host_load_options(struct boot *boot, char16_t *options, size_t size)
{
    const char *text = boot->host->GetOption(boot->host, "options");
    if (text == NULL)
        return 0;
    ucs2_from_ascii(options, size, text);
    return (uint32_t)ucs2_size(options);
}

/* Does the controller have a disk? */
static bool has_disk(struct boot *boot, EFI_HANDLE controller)
{
    const EFI_DEVICE_PATH_PROTOCOL *prefix = path_of(boot, controller);
    EFI_HANDLE *handles;
    size_t count;
    bool found = false;
    if (prefix == NULL || EFI_ERROR(boot->bs->LocateHandleBuffer(
                              ByProtocol, GUID_OF(EFI_BLOCK_IO_PROTOCOL), NULL, &count, &handles)))
        return false;
    for (size_t i = 0; i < count && !found; i++) {
        const EFI_DEVICE_PATH_PROTOCOL *path = path_of(boot, handles[i]);
        found = path != NULL && device_path_begins_with(path, prefix);
    }
    (void)boot->bs->FreePool(handles);
    return found;
}

bool boot_removable(struct boot *boot, EFI_HANDLE disk)
{
    static char16_t options[1024];
    struct attempt attempt = {.boot = boot, .disk = disk};
    attempt.options_size = host_load_options(boot, options, ARRAY_SIZE(options));
    attempt.options = attempt.options_size > 0 ? options : NULL;

    const char *name = boot->host->GetName(boot->host, disk);
    size_t problems = boot->host->GetProblemCount(boot->host);
    EFI_STATUS status = boot->bs->ConnectController(disk, NULL, NULL, true);
    try_volumes(&attempt);
    if (attempt.loader_found || boot->host->GetProblemCount(boot->host) != problems)
        return true; /* somebody has said why */
    /* Not found: no driver is left that could be started. One that failed has said so. */
    bool failed = EFI_ERROR(status) && status != EFI_NOT_FOUND;
    if (!failed && !has_disk(boot, disk))
        return false;
    if (failed)
        boot_report(boot, "%s: cannot be started: %s", name, status_name(status));
    else if (attempt.file_systems == 0)
        boot_report(boot, "%s: no partition with a file system", name);
    else
        boot_report(boot, "%s: no " LOADER, name);
    return true;
}
