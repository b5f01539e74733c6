/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* StartImage, Exit and UnloadImage (UEFI 2.10 §7.4.2 to §7.4.4). */
#include "core/log.h"
#include "core/milestone.h"
#include "core/pool.h"
#include "efi/image.h"
#include "efi/tpl.h"
#include "hw/pe.h"
#include "lib/memory.h"

static struct image *current;

const struct image *image_current(void)
{
    return current;
}

/* An image that forgets to restore the TPL would stop all events for its caller. */
static void check_tpl(const struct image *image, EFI_TPL started_at)
{
    EFI_TPL now = tpl_current();
    if (now == started_at)
        return;
    log_warning("%s: started at TPL %zu, returned at %zu", image->name, started_at, now);
    if (now > started_at)
        efi_restore_tpl(started_at);
    else
        efi_raise_tpl(started_at);
}

static void hand_over_exit_data(struct image *image, size_t *ret_size, char16_t **ret_data)
{
    if (ret_data == NULL)
        return;
    if (ret_size != NULL)
        *ret_size = image->exit_data_size;
    *ret_data = TAKE_POINTER(image->exit_data);
}

EFI_STATUS EFIAPI efi_start_image(EFI_HANDLE ImageHandle, size_t *ExitDataSize, char16_t **ExitData)
{
    struct image *image = image_find(ImageHandle);
    if (image == NULL || image->state != IMAGE_LOADED)
        return EFI_INVALID_PARAMETER;

    EFI_TPL tpl = tpl_current();
    bool is_application = image->subsystem == PE_SUBSYSTEM_EFI_APPLICATION;
    if (is_application && image->from_device)
        milestone_reached(MILESTONE_STARTED);
    image->state = IMAGE_RUNNING;
    image->previous = current;
    current = image;
    EFI_STATUS status =
        image_call_enter(&image->call, image->entry, ImageHandle, image_system_table());
    current = image->previous;

    check_tpl(image, tpl);
    hand_over_exit_data(image, ExitDataSize, ExitData);
    if (is_application || EFI_ERROR(status))
        image_free(image);
    else
        image->state = IMAGE_RESIDENT;
    return status;
}

/* A copy, since the original may be a constant of the image. */
static void keep_exit_data(struct image *image, size_t size, const char16_t *data)
{
    if (data == NULL || size == 0)
        return;
    image->exit_data = pool_alloc(size);
    if (image->exit_data == NULL) {
        log_warning("%s: no memory for its exit data", image->name);
        return;
    }
    memcpy(image->exit_data, data, size);
    image->exit_data_size = size;
}

EFI_STATUS EFIAPI efi_exit(EFI_HANDLE ImageHandle, EFI_STATUS ExitStatus, size_t ExitDataSize,
                           char16_t *ExitData)
{
    struct image *image = image_find(ImageHandle);
    if (image == NULL)
        return EFI_INVALID_PARAMETER;
    if (image->state == IMAGE_LOADED) {
        image_free(image);
        return EFI_SUCCESS;
    }
    if (image != current)
        return EFI_INVALID_PARAMETER;
    keep_exit_data(image, ExitDataSize, ExitData);
    image_call_leave(&image->call, ExitStatus);
}

EFI_STATUS EFIAPI efi_unload_image(EFI_HANDLE ImageHandle)
{
    struct image *image = image_find(ImageHandle);
    if (image == NULL)
        return EFI_INVALID_PARAMETER;
    if (image->state == IMAGE_RUNNING)
        return EFI_UNSUPPORTED; /* its code is on the stack */
    if (image->state == IMAGE_RESIDENT) {
        if (image->loaded.Unload == NULL)
            return EFI_UNSUPPORTED;
        EFI_STATUS status = image->loaded.Unload(ImageHandle);
        if (EFI_ERROR(status))
            return status;
        image = image_find(ImageHandle);
    }
    if (image != NULL)
        image_free(image);
    return EFI_SUCCESS;
}
