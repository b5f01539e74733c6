/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Who hears of packages (UEFI 2.10 §34.8.7 to §34.8.9). */
#include "core/pool.h"
#include "efi/guid.h"
#include "efi/hii/database.h"
#include "efi/tpl.h"

struct listener {
    struct list link; /* its address is the notification's handle */
    bool removed;
    uint8_t type; /* EFI_HII_PACKAGE_TYPE_ALL: any */
    EFI_GUID guid;
    EFI_HII_DATABASE_NOTIFY_TYPE notify_type;
    EFI_HII_DATABASE_NOTIFY function;
};

static struct list listeners = LIST_INIT(listeners);
static unsigned holders;

static bool wants(const struct listener *listener, const struct hii_package *package,
                  EFI_HII_DATABASE_NOTIFY_TYPE type)
{
    const EFI_GUID *guid = hii_package_guid(package);
    if (listener->removed || (listener->notify_type & type) == 0)
        return false;
    if (listener->type == EFI_HII_PACKAGE_TYPE_ALL)
        return true;
    return listener->type == hii_package_type(package) &&
           (guid == NULL || guid_equal(guid, &listener->guid));
}

static void sweep(void)
{
    LIST_FOR_EACH_SAFE(node, &listeners)
    {
        struct listener *listener = LIST_ENTRY(node, struct listener, link);
        if (!listener->removed)
            continue;
        list_remove(&listener->link);
        pool_free(listener);
    }
}

void hii_hold(void)
{
    holders++;
}

void hii_release(void)
{
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    if (--holders == 0) {
        hii_database_sweep();
        sweep();
    }
    efi_restore_tpl(tpl);
}

void hii_notify(struct hii_list *list, struct hii_package *package,
                EFI_HII_DATABASE_NOTIFY_TYPE type)
{
    LIST_FOR_EACH(node, &listeners)
    {
        struct listener *listener = LIST_ENTRY(node, struct listener, link);
        if (package->removed)
            break;
        if (wants(listener, package, type))
            listener->function(hii_package_type(package), hii_package_guid(package),
                               (const EFI_HII_PACKAGE_HEADER *)package->data, list, type);
    }
}

EFI_STATUS EFIAPI hii_register_package_notify(const EFI_HII_DATABASE_PROTOCOL *This,
                                              uint8_t PackageType, const EFI_GUID *PackageGuid,
                                              EFI_HII_DATABASE_NOTIFY PackageNotifyFn,
                                              EFI_HII_DATABASE_NOTIFY_TYPE NotifyType,
                                              EFI_HANDLE *NotifyHandle)
{
    if (NotifyHandle == NULL || PackageNotifyFn == NULL ||
        (PackageType == EFI_HII_PACKAGE_TYPE_GUID) != (PackageGuid != NULL))
        return EFI_INVALID_PARAMETER;
    struct listener *listener = pool_alloc_zeroed(sizeof *listener);
    if (listener == NULL)
        return EFI_OUT_OF_RESOURCES;
    listener->type = PackageType;
    if (PackageGuid != NULL)
        listener->guid = *PackageGuid;
    listener->notify_type = NotifyType;
    listener->function = PackageNotifyFn;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    list_append(&listeners, &listener->link);
    efi_restore_tpl(tpl);
    *NotifyHandle = listener;
    return EFI_SUCCESS;
}

EFI_STATUS EFIAPI hii_unregister_package_notify(const EFI_HII_DATABASE_PROTOCOL *This,
                                                EFI_HANDLE NotificationHandle)
{
    EFI_STATUS status = EFI_NOT_FOUND;
    hii_hold();
    LIST_FOR_EACH(node, &listeners)
    {
        struct listener *listener = LIST_ENTRY(node, struct listener, link);
        if (listener != NotificationHandle || listener->removed)
            continue;
        listener->removed = true;
        status = EFI_SUCCESS;
    }
    hii_release();
    return status;
}

void hii_notify_reset(void)
{
    LIST_FOR_EACH(node, &listeners)
    LIST_ENTRY(node, struct listener, link)->removed = true;
    sweep();
}
