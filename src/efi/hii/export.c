/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Package lists as bytes again (UEFI 2.10 §34.8.6). */
#include "efi/hii/database.h"
#include "efi/tpl.h"
#include "lib/memory.h"

static const EFI_HII_PACKAGE_HEADER end_package = {.Length = sizeof end_package,
                                                   .Type = EFI_HII_PACKAGE_END};

static uint64_t export_size(const struct hii_list *list)
{
    uint64_t size = sizeof(EFI_HII_PACKAGE_LIST_HEADER) + sizeof end_package;
    HII_FOR_EACH_PACKAGE(package, list)
    size += package->size;
    return size;
}

static uint8_t *export_list(const struct hii_list *list, uint8_t *to)
{
    EFI_HII_PACKAGE_LIST_HEADER header = {list->guid, (uint32_t)export_size(list)};
    memcpy(to, &header, sizeof header);
    to += sizeof header;
    HII_FOR_EACH_PACKAGE(package, list)
    {
        memcpy(to, package->data, package->size);
        to += package->size;
    }
    memcpy(to, &end_package, sizeof end_package);
    return to + sizeof end_package;
}

/* Is `list` among those to export? NULL: all are. */
static bool wanted(const struct hii_list *list, EFI_HII_HANDLE handle)
{
    return handle == NULL || list == handle;
}

static uint64_t export_total(EFI_HII_HANDLE handle)
{
    uint64_t total = 0;
    HII_FOR_EACH_LIST(list)
    total += wanted(list, handle) ? export_size(list) : 0;
    return total;
}

static void announce_export(EFI_HII_HANDLE handle)
{
    HII_FOR_EACH_LIST(list)
    {
        if (!wanted(list, handle))
            continue;
        HII_FOR_EACH_PACKAGE(package, list)
        hii_notify(list, package, EFI_HII_DATABASE_NOTIFY_EXPORT_PACK);
    }
}

static EFI_STATUS copy_out(EFI_HII_HANDLE handle, size_t *size, uint8_t *to)
{
    size_t given = *size;
    uint64_t total = export_total(handle);
    if (total == 0)
        return EFI_NOT_FOUND;
    *size = total;
    if (total > given)
        return EFI_BUFFER_TOO_SMALL;
    HII_FOR_EACH_LIST(list)
    {
        if (wanted(list, handle))
            to = export_list(list, to);
    }
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_export_package_lists(const EFI_HII_DATABASE_PROTOCOL *This,
                                           EFI_HII_HANDLE Handle, size_t *BufferSize,
                                           EFI_HII_PACKAGE_LIST_HEADER *Buffer)
{
    if (BufferSize == NULL || (*BufferSize > 0 && Buffer == NULL))
        return EFI_INVALID_PARAMETER;
    hii_hold();
    if (*BufferSize >= export_total(Handle))
        announce_export(Handle); /* may change the packages */
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = copy_out(Handle, BufferSize, (uint8_t *)Buffer);
    efi_restore_tpl(tpl);
    hii_release();
    return status;
}
