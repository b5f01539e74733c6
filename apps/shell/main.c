/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "lib/ucs2.h"
#include "shell/console.h"
#include "shell/environment.h"
#include "shell/execute.h"
#include "shell/files/volume.h"
#include "shell/initrd.h"
#include "shell/print.h"
#include "shell/prompt.h"
#include "shell/protocol/protocol.h"
#include "shell/shell.h"
#include "shell/startup.h"

struct shell shell;

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* Where commands are looked for if nobody has said: here, and in the usual places of each volume.
 */
static EFI_STATUS set_path(void)
{
    struct text path = {0};
    if (environment_get(u"path") != NULL)
        return EFI_SUCCESS;
    text_append_utf8(&path, ".\\");
    LIST_FOR_EACH(node, &volumes)
    {
        const struct volume *volume = LIST_ENTRY(node, struct volume, link);
        const char16_t *name = volume_name(volume);
        if (volume->has_files)
            text_format(&path, ";%ls\\efi\\tools\\;%ls\\efi\\boot\\;%ls\\", name, name, name);
    }
    EFI_STATUS status = path.failed
                            ? EFI_OUT_OF_RESOURCES
                            : definition_set(&environment, u"path", text_string(&path), true);
    text_free(&path);
    return status;
}

static EFI_STATUS set_uefi_version(void)
{
    struct text version = {0};
    text_revision(&version, shell.table->Hdr.Revision);
    EFI_STATUS status = version.failed ? EFI_OUT_OF_RESOURCES
                                       : environment_set_own(u"uefiversion", text_string(&version));
    text_free(&version);
    return status;
}

static EFI_STATUS set_up(struct startup *startup)
{
    EFI_STATUS status = startup_parse(startup);
    if (!EFI_ERROR(status))
        status = console_open();
    if (EFI_ERROR(status))
        return status;
    shell.input = console_input();
    shell.output = console_output();
    shell.error = console_error();
    shell.echo = true;
    status = environment_init();
    if (!EFI_ERROR(status))
        status = environment_set_own(u"profiles", u";");
    if (!EFI_ERROR(status))
        status = set_uefi_version();
    if (!EFI_ERROR(status))
        status = volumes_update(true);
    if (!EFI_ERROR(status))
        status = set_path();
    if (!EFI_ERROR(status))
        status = protocol_install();
    return status;
}

static void tear_down(struct startup *startup)
{
    protocol_uninstall();
    (void)!initrd_withdraw();
    volumes_free();
    environment_free();
    console_close();
    startup_free(startup);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    struct startup startup = {0};
    shell = (struct shell){
        .image = image,
        .table = table,
        .bs = table->BootServices,
        .rt = table->RuntimeServices,
    };
    /* Nobody is in a hurry here. The boot manager's watchdog is for loaders (UEFI 2.10 §3.1.2). */
    (void)shell.bs->SetWatchdogTimer(0, 0x10000, 0, NULL);
    EFI_STATUS status = shell.bs->HandleProtocol(image, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL),
                                                 (void **)&shell.loaded_image);
    if (!EFI_ERROR(status))
        status = set_up(&startup);
    if (!EFI_ERROR(status))
        status = startup_run(&startup);
    if (!EFI_ERROR(status) && shell.leaving != SHELL_ENDS && !startup.exit && !shell.no_console_in)
        status = prompt_loop();
    tear_down(&startup);
    return EFI_ERROR(status) ? status : shell.exit_code;
}
