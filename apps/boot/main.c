/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "boot/boot.h"

#include "boot/early.h"
#include "boot/noboot.h"
#include "boot/option.h"
#include "boot/order.h"
#include "boot/variable.h"
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
        early_drivers(&boot);
        early_applications(&boot);
        boot_next(&boot);
        boot_order(&boot);
        boot_host_order(&boot);
    } while (noboot(&boot) == NOBOOT_RETRY);
    return EFI_NOT_FOUND;
}
