/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/boot.h"

#include "boot/choice.h"
#include "boot/early.h"
#include "boot/noboot.h"
#include "boot/option.h"
#include "boot/order.h"
#include "boot/shell.h"
#include "boot/variable.h"
#include "efi/global_variables.h"
#include "efi/guid.h"
#include "lib/printf.h"

void boot_report(struct boot *boot, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    format_text_va(text, sizeof text, format, args);
    va_end(args);
    boot->host->Report(boot->host, text);
}

/* Everything once (§3.1.2, §3.4). No OS-defined recovery option exists, as these are authenticated
 * variables, so that OS-defined recovery is what follows it: BootOrder, and the firmware's own. */
static void boot_once(struct boot *boot)
{
    const uint64_t recovery =
        EFI_OS_INDICATIONS_START_OS_RECOVERY | EFI_OS_INDICATIONS_START_PLATFORM_RECOVERY;
    uint64_t indications = variable_take_indications(boot);
    early_drivers(boot);
    if ((indications & recovery) == 0)
        early_applications(boot);
    if ((indications & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0)
        (void)boot_shell(boot);
    else if ((indications & recovery) == 0)
        boot_choice(boot);
    if ((indications & recovery) == 0)
        boot_next(boot);
    if ((indications & EFI_OS_INDICATIONS_START_PLATFORM_RECOVERY) == 0)
        boot_order(boot);
    boot_host_order(boot);
}

EFI_STATUS EFIAPI boot_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    struct boot boot = {
        .image = image,
        .st = system_table,
        .bs = system_table->BootServices,
        .rt = system_table->RuntimeServices,
    };
    EFI_STATUS status =
        boot.bs->LocateProtocol(GUID_OF(CLOUDHV_BOOT_HOST_PROTOCOL), NULL, (void **)&boot.host);
    if (EFI_ERROR(status))
        return status;

    variables_announce(&boot);
    do {
        boot_once(&boot);
    } while (noboot(&boot) == NOBOOT_RETRY);
    return EFI_NOT_FOUND;
}
