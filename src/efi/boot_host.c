/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "efi/boot_host.h"

#include "core/log.h"
#include "core/milestone.h"
#include "core/pool.h"
#include "core/time.h"
#include "efi/controller.h"
#include "efi/protocols/decompress.h"
#include "platform/machine.h"

static const char *EFIAPI get_option(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *Key)
{
    return host_option(Key);
}

static EFI_STATUS EFIAPI get_disks(CLOUDHV_BOOT_HOST_PROTOCOL *This, bool AllSegments,
                                   size_t *Count, EFI_HANDLE **Handles)
{
    if (EFI_ERROR(controllers_scan(AllSegments)))
        log_warning("pci: some devices were left out: out of memory");
    size_t count = 0;
    LIST_FOR_EACH(node, &controllers)
    count += controller_offers(LIST_ENTRY(node, struct controller, link), DEVICE_DISK);
    if (count == 0)
        return EFI_NOT_FOUND;

    EFI_HANDLE *found = pool_alloc(count * sizeof *found);
    if (found == NULL)
        return EFI_OUT_OF_RESOURCES;
    size_t i = 0;
    LIST_FOR_EACH(node, &controllers)
    {
        struct controller *controller = LIST_ENTRY(node, struct controller, link);
        if (controller_offers(controller, DEVICE_DISK))
            found[i++] = controller->handle;
    }
    *Count = count;
    *Handles = found;
    return EFI_SUCCESS;
}

static const char *EFIAPI get_name(CLOUDHV_BOOT_HOST_PROTOCOL *This, EFI_HANDLE Disk)
{
    const struct controller *controller = controller_of(Disk);
    return controller != NULL ? controller->name : "?";
}

static void EFIAPI report(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *Text)
{
    log_info("%s", Text);
}

static size_t EFIAPI get_problem_count(CLOUDHV_BOOT_HOST_PROTOCOL *This)
{
    return log_problem_count();
}

static const void *shell;
static size_t shell_size;

void boot_host_set_shell(const void *image, size_t size)
{
    shell = image;
    shell_size = size;
}

static EFI_STATUS EFIAPI get_shell(CLOUDHV_BOOT_HOST_PROTOCOL *This, void **Image, size_t *Size)
{
    EFI_DECOMPRESS_PROTOCOL *decompress = &decompress_protocol;
    uint32_t size, scratch_size;
    if (shell == NULL)
        return EFI_NOT_FOUND;
    EFI_STATUS status =
        decompress->GetInfo(decompress, (void *)shell, (uint32_t)shell_size, &size, &scratch_size);
    if (EFI_ERROR(status))
        return EFI_LOAD_ERROR;
    void *image = pool_alloc(size), *scratch = pool_alloc(scratch_size);
    if (image == NULL || scratch == NULL)
        status = EFI_OUT_OF_RESOURCES;
    else
        status = decompress->Decompress(decompress, (void *)shell, (uint32_t)shell_size, image,
                                        size, scratch, scratch_size);
    pool_free(scratch);
    if (EFI_ERROR(status)) {
        pool_free(image);
        return status == EFI_OUT_OF_RESOURCES ? status : EFI_LOAD_ERROR;
    }
    *Image = image;
    *Size = size;
    return EFI_SUCCESS;
}

static bool EFIAPI get_milestone(CLOUDHV_BOOT_HOST_PROTOCOL *This, size_t Index, const char **Name,
                                 uint64_t *Time)
{
    if (Index >= MILESTONE_COUNT)
        return false;
    uint64_t ticks = milestone_ticks((enum milestone)Index);
    *Name = milestone_name((enum milestone)Index);
    *Time = ticks == 0 ? UINT64_MAX : time_us_from_ticks(ticks - milestone_ticks(MILESTONE_ENTRY));
    return true;
}

CLOUDHV_BOOT_HOST_PROTOCOL boot_host_protocol = {
    .GetOption = get_option,
    .GetDisks = get_disks,
    .GetName = get_name,
    .Report = report,
    .GetProblemCount = get_problem_count,
    .GetShell = get_shell,
    .GetMilestone = get_milestone,
};
