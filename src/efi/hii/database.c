/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_HII_DATABASE_PROTOCOL (UEFI 2.10 §34.8): package lists. Exporting them is in export.c,
 * notification in notify.c, keyboard layouts are in keyboard.c. */
#include "efi/hii/database.h"

#include "core/log.h"
#include "core/pool.h"
#include "efi/device_path.h"
#include "efi/guid.h"
#include "efi/handle.h"
#include "efi/hii/package.h"
#include "efi/tpl.h"
#include "lib/memory.h"

struct list hii_lists = LIST_INIT(hii_lists);

struct hii_list *hii_next_list(const struct list *node)
{
    for (node = node->next; node != &hii_lists; node = node->next) {
        struct hii_list *list = LIST_ENTRY(node, struct hii_list, link);
        if (!list->removed)
            return list;
    }
    return NULL;
}

struct hii_package *hii_next_package(const struct hii_list *list, const struct list *node)
{
    for (node = node->next; node != &list->packages; node = node->next) {
        struct hii_package *package = LIST_ENTRY(node, struct hii_package, link);
        if (!package->removed)
            return package;
    }
    return NULL;
}

struct hii_list *hii_list_find(EFI_HII_HANDLE handle)
{
    HII_FOR_EACH_LIST(list)
    if (list == handle)
        return list;
    return NULL;
}

uint8_t hii_package_type(const struct hii_package *package)
{
    return package->data[sizeof(EFI_HII_PACKAGE_HEADER) - 1];
}

const EFI_GUID *hii_package_guid(const struct hii_package *package)
{
    return hii_package_type(package) == EFI_HII_PACKAGE_TYPE_GUID
               ? (const EFI_GUID *)(package->data + offsetof(EFI_HII_GUID_PACKAGE_HDR, Guid))
               : NULL;
}

struct hii_package *hii_package_append(struct list *packages, const void *data, size_t size)
{
    struct hii_package *package = pool_alloc_zeroed(sizeof *package);
    uint8_t *copy = pool_alloc(size);
    if (package == NULL || copy == NULL) {
        pool_free(package);
        pool_free(copy);
        return NULL;
    }
    memcpy(copy, data, size);
    hii_package_replace(package, copy, size);
    list_append(packages, &package->link);
    return package;
}

void hii_package_replace(struct hii_package *package, uint8_t *data, size_t size)
{
    pool_free(package->data);
    package->data = data;
    package->size = (uint32_t)size;
}

static void free_packages(struct list *packages, bool all)
{
    LIST_FOR_EACH_SAFE(node, packages)
    {
        struct hii_package *package = LIST_ENTRY(node, struct hii_package, link);
        if (!all && !package->removed)
            continue;
        list_remove(&package->link);
        pool_free(package->data);
        pool_free(package);
    }
}

void hii_database_sweep(void)
{
    LIST_FOR_EACH_SAFE(node, &hii_lists)
    {
        struct hii_list *list = LIST_ENTRY(node, struct hii_list, link);
        free_packages(&list->packages, list->removed);
        if (!list->removed)
            continue;
        list_remove(&list->link);
        pool_free(list);
    }
}

/* Reads the packages of a caller's list into `packages`, which is empty again on failure. */
static EFI_STATUS read_packages(const EFI_HII_PACKAGE_LIST_HEADER *header, struct list *packages)
{
    struct reader r, package;
    EFI_STATUS status = hii_package_list_open(header, &r);
    if (EFI_ERROR(status))
        return status;
    while (!EFI_ERROR(status = hii_package_take(&r, &package))) {
        if (!hii_package_check(&package)) {
            log_warning("hii: malformed package of type 0x%x refused", package.data[3]);
            status = EFI_INVALID_PARAMETER;
        } else if (hii_package_append(packages, package.data, package.size) == NULL) {
            status = EFI_OUT_OF_RESOURCES;
        }
        if (EFI_ERROR(status))
            break;
    }
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS;
    free_packages(packages, true);
    return status;
}

/* A driver's device path becomes a package of its list. */
static EFI_STATUS add_device_path(EFI_HANDLE driver, struct list *packages)
{
    const EFI_DEVICE_PATH_PROTOCOL *path =
        handle_interface(driver, GUID_OF(EFI_DEVICE_PATH_PROTOCOL));
    size_t size = device_path_size(path);
    if (size == 0)
        return EFI_SUCCESS;
    EFI_HII_PACKAGE_HEADER header = {.Length = (uint32_t)(sizeof header + size) & 0xffffff,
                                     .Type = EFI_HII_PACKAGE_DEVICE_PATH};
    uint8_t *data CLEANUP_POOL = pool_alloc(sizeof header + size);
    if (data == NULL)
        return EFI_OUT_OF_RESOURCES;
    memcpy(data, &header, sizeof header);
    memcpy(data + sizeof header, path, size);
    return hii_package_append(packages, data, sizeof header + size) != NULL ? EFI_SUCCESS
                                                                            : EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS new_list(const EFI_HII_PACKAGE_LIST_HEADER *header, EFI_HANDLE driver,
                           struct hii_list **ret)
{
    struct hii_list *list = pool_alloc_zeroed(sizeof *list);
    if (list == NULL)
        return EFI_OUT_OF_RESOURCES;
    list_init(&list->packages);
    list->driver = driver;
    memcpy(&list->guid, &header->PackageListGuid, sizeof list->guid);
    EFI_STATUS status = read_packages(header, &list->packages);
    if (!EFI_ERROR(status))
        status = add_device_path(driver, &list->packages);
    if (EFI_ERROR(status)) {
        free_packages(&list->packages, true);
        pool_free(list);
        return status;
    }
    list_append(&hii_lists, &list->link);
    *ret = list;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI new_package_list(const EFI_HII_DATABASE_PROTOCOL *This,
                                          const EFI_HII_PACKAGE_LIST_HEADER *PackageList,
                                          EFI_HANDLE DriverHandle, EFI_HII_HANDLE *Handle)
{
    if (PackageList == NULL || Handle == NULL)
        return EFI_INVALID_PARAMETER;
    struct hii_list *list;
    EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
    EFI_STATUS status = new_list(PackageList, DriverHandle, &list);
    efi_restore_tpl(tpl);
    if (EFI_ERROR(status))
        return status;
    *Handle = list;
    hii_hold();
    HII_FOR_EACH_PACKAGE(package, list)
    hii_notify(list, package, EFI_HII_DATABASE_NOTIFY_NEW_PACK);
    hii_release();
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI remove_package_list(const EFI_HII_DATABASE_PROTOCOL *This,
                                             EFI_HII_HANDLE Handle)
{
    hii_hold();
    struct hii_list *list = hii_list_find(Handle);
    if (list != NULL) {
        HII_FOR_EACH_PACKAGE(package, list)
        {
            hii_notify(list, package, EFI_HII_DATABASE_NOTIFY_REMOVE_PACK);
            package->removed = true;
        }
        list->removed = true;
    }
    hii_release();
    return list != NULL ? EFI_SUCCESS : EFI_NOT_FOUND;
}

/* Types are the same, and of two GUID packages the GUIDs. */
static bool same_kind(const struct hii_package *a, const struct hii_package *b)
{
    const EFI_GUID *guid_a = hii_package_guid(a), *guid_b = hii_package_guid(b);
    return hii_package_type(a) == hii_package_type(b) &&
           (guid_a == NULL || guid_equal(guid_a, guid_b));
}

static bool has_kind(const struct list *packages, const struct hii_package *like)
{
    LIST_FOR_EACH(node, packages)
    if (same_kind(LIST_ENTRY(node, struct hii_package, link), like))
        return true;
    return false;
}

static void remove_replaced(struct hii_list *list, const struct list *packages)
{
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (!has_kind(packages, package))
            continue;
        hii_notify(list, package, EFI_HII_DATABASE_NOTIFY_REMOVE_PACK);
        package->removed = true;
    }
}

static EFI_STATUS update(EFI_HII_HANDLE handle, const EFI_HII_PACKAGE_LIST_HEADER *PackageList)
{
    struct hii_list *list = hii_list_find(handle);
    if (list == NULL)
        return EFI_NOT_FOUND;
    struct list packages = LIST_INIT(packages);
    EFI_STATUS status = read_packages(PackageList, &packages);
    if (EFI_ERROR(status))
        return status;

    remove_replaced(list, &packages);
    while (!list_empty(&packages)) {
        struct hii_package *package = LIST_ENTRY(packages.next, struct hii_package, link);
        list_remove(&package->link);
        EFI_TPL tpl = tpl_raise_to(TPL_NOTIFY);
        list_append(&list->packages, &package->link);
        efi_restore_tpl(tpl);
        hii_notify(list, package, EFI_HII_DATABASE_NOTIFY_ADD_PACK);
    }
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI update_package_list(const EFI_HII_DATABASE_PROTOCOL *This,
                                             EFI_HII_HANDLE Handle,
                                             const EFI_HII_PACKAGE_LIST_HEADER *PackageList)
{
    if (PackageList == NULL)
        return EFI_INVALID_PARAMETER;
    hii_hold();
    EFI_STATUS status = update(Handle, PackageList);
    hii_release();
    return status;
}

static bool list_has_type(const struct hii_list *list, uint8_t type, const EFI_GUID *guid)
{
    if (type == EFI_HII_PACKAGE_TYPE_ALL)
        return true;
    HII_FOR_EACH_PACKAGE(package, list)
    {
        if (hii_package_type(package) == type &&
            (guid == NULL || guid_equal(hii_package_guid(package), guid)))
            return true;
    }
    return false;
}

static EFI_STATUS EFIAPI list_package_lists(const EFI_HII_DATABASE_PROTOCOL *This,
                                            uint8_t PackageType, const EFI_GUID *PackageGuid,
                                            size_t *HandleBufferLength, EFI_HII_HANDLE *Handle)
{
    if (HandleBufferLength == NULL || (*HandleBufferLength > 0 && Handle == NULL) ||
        (PackageType == EFI_HII_PACKAGE_TYPE_GUID) != (PackageGuid != NULL))
        return EFI_INVALID_PARAMETER;
    size_t room = *HandleBufferLength / sizeof *Handle, count = 0;
    hii_hold();
    HII_FOR_EACH_LIST(list)
    {
        if (!list_has_type(list, PackageType, PackageGuid))
            continue;
        if (count < room)
            Handle[count] = list;
        count++;
    }
    hii_release();
    if (count == 0)
        return EFI_NOT_FOUND;
    *HandleBufferLength = count * sizeof *Handle;
    return count > room ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_package_list_handle(const EFI_HII_DATABASE_PROTOCOL *This,
                                                 EFI_HII_HANDLE PackageListHandle,
                                                 EFI_HANDLE *DriverHandle)
{
    const struct hii_list *list = hii_list_find(PackageListHandle);
    if (DriverHandle == NULL || list == NULL)
        return EFI_INVALID_PARAMETER;
    *DriverHandle = list->driver;
    return EFI_SUCCESS;
}

void hii_database_reset(void)
{
    hii_notify_reset();
    hii_keyboard_reset();
    HII_FOR_EACH_LIST(list)
    list->removed = true;
    hii_database_sweep();
}

EFI_HII_DATABASE_PROTOCOL hii_database_protocol = {
    .NewPackageList = new_package_list,
    .RemovePackageList = remove_package_list,
    .UpdatePackageList = update_package_list,
    .ListPackageLists = list_package_lists,
    .ExportPackageLists = hii_export_package_lists,
    .RegisterPackageNotify = hii_register_package_notify,
    .UnregisterPackageNotify = hii_unregister_package_notify,
    .FindKeyboardLayouts = hii_find_keyboard_layouts,
    .GetKeyboardLayout = hii_get_keyboard_layout,
    .SetKeyboardLayout = hii_set_keyboard_layout,
    .GetPackageListHandle = get_package_list_handle,
};
