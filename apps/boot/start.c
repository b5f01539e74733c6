/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/start.h"

#include "efi/guid.h"
#include "efi/protocol/loaded_image.h"
#include "lib/status_name.h"

#define WATCHDOG_SECONDS 300
#define EXIT_TEXT_MAX    160u
#define WATCHDOG_CODE    0x10000 /* the first one that is not the firmware's own */

static void EFIAPI ignore_event(EFI_EVENT event, void *context)
{
}

static void signal_group(struct boot *boot, const EFI_GUID *group)
{
    EFI_EVENT event;
    EFI_STATUS status =
        boot->bs->CreateEventEx(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, ignore_event, NULL, group, &event);
    if (EFI_ERROR(status))
        return;
    (void)boot->bs->SignalEvent(event);
    (void)boot->bs->CloseEvent(event);
}

static EFI_STATUS check_type(struct boot *boot, const EFI_LOADED_IMAGE_PROTOCOL *loaded,
                             const struct boot_image *image)
{
    bool application = loaded->ImageCodeType == EfiLoaderCode;
    if (image->type == BOOT_IMAGE_ANY || application == (image->type == BOOT_IMAGE_APPLICATION))
        return EFI_SUCCESS;
    boot_report(boot, "%s: is %s, and not started", image->name,
                application ? "an application" : "a driver");
    return EFI_UNSUPPORTED;
}

static EFI_STATUS set_load_options(struct boot *boot, EFI_HANDLE handle,
                                   const struct boot_image *image)
{
    EFI_LOADED_IMAGE_PROTOCOL *loaded;
    EFI_STATUS status =
        boot->bs->HandleProtocol(handle, GUID_OF(EFI_LOADED_IMAGE_PROTOCOL), (void **)&loaded);
    if (!EFI_ERROR(status))
        status = check_type(boot, loaded, image);
    if (EFI_ERROR(status))
        return status;
    loaded->LoadOptions = (void *)image->options;
    loaded->LoadOptionsSize = image->options_size;
    return EFI_SUCCESS;
}

static EFI_STATUS load(struct boot *boot, const struct boot_image *image, EFI_HANDLE *ret)
{
    EFI_HANDLE handle = NULL;
    EFI_STATUS status = boot->bs->LoadImage(true, boot->image, image->path, image->image,
                                            image->image_size, &handle);
    if (EFI_ERROR(status)) {
        /* With a security violation the image is loaded all the same, but must not be started. */
        if (status == EFI_SECURITY_VIOLATION)
            (void)boot->bs->UnloadImage(handle);
        return status;
    }
    status = set_load_options(boot, handle, image);
    if (EFI_ERROR(status))
        (void)boot->bs->UnloadImage(handle);
    else
        *ret = handle;
    return status;
}

static EFI_STATUS start_loaded(struct boot *boot, EFI_HANDLE handle, const struct boot_image *image)
{
    char16_t *exit_data = NULL;
    size_t exit_data_size = 0;

    (void)boot->bs->SetWatchdogTimer(WATCHDOG_SECONDS, WATCHDOG_CODE, 0, NULL);
    EFI_STATUS status = boot->bs->StartImage(handle, &exit_data_size, &exit_data);
    (void)boot->bs->SetWatchdogTimer(0, WATCHDOG_CODE, 0, NULL);

    if (exit_data != NULL) {
        /* The image may have forgotten the NUL. */
        boot_report(boot, "%s returned: %s (%.*ls)", image->name, status_name(status),
                    (int)MIN(exit_data_size / sizeof *exit_data, EXIT_TEXT_MAX), exit_data);
        (void)boot->bs->FreePool(exit_data);
    } else {
        boot_report(boot, "%s returned: %s", image->name, status_name(status));
    }
    return status;
}

EFI_STATUS boot_start_application(struct boot *boot, const struct boot_image *image,
                                  bool *ret_started)
{
    EFI_HANDLE handle;

    *ret_started = false;
    EFI_STATUS status = load(boot, image, &handle);
    if (EFI_ERROR(status))
        return status;
    *ret_started = true;
    return start_loaded(boot, handle, image);
}

EFI_STATUS boot_start(struct boot *boot, const struct boot_image *image, bool *ret_started)
{
    signal_group(boot, GUID_OF(EFI_EVENT_GROUP_READY_TO_BOOT));
    signal_group(boot, GUID_OF(EFI_EVENT_GROUP_AFTER_READY_TO_BOOT));
    return boot_start_application(boot, image, ret_started);
}

EFI_STATUS boot_start_early(struct boot *boot, const struct boot_image *image, bool *ret_started)
{
    EFI_HANDLE handle;

    *ret_started = false;
    EFI_STATUS status = load(boot, image, &handle);
    if (EFI_ERROR(status))
        return status;
    *ret_started = true;
    status = boot->bs->StartImage(handle, NULL, NULL);
    if (EFI_ERROR(status))
        boot_report(boot, "%s returned: %s", image->name, status_name(status));
    return status;
}
