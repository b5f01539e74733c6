/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/shell.h"

#include "boot/start.h"
#include "lib/status_name.h"

bool boot_shell(struct boot *boot)
{
    struct boot_image image = {.name = "shell"};
    bool started = false;
    EFI_STATUS status = boot->host->GetShell(boot->host, &image.image, &image.image_size);
    if (!EFI_ERROR(status)) {
        status = boot_start(boot, &image, &started);
        (void)boot->bs->FreePool(image.image);
    }
    if (!started)
        boot_report(boot, "shell: %s", status_name(status));
    return started;
}
