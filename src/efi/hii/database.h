/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/protocol/hii_database.h"
#include "lib/list.h"
#include "lib/macros.h"
#include "lib/reader.h"

/* The HII database (UEFI 2.10 §34.8): package lists and who wants to hear of them. It is changed at
 * TPL_NOTIFY; the functions of others are called at the TPL of whoever caused it, and may change
 * the database. So who walks it holds it: what is removed meanwhile is only marked, and goes when
 * the last one lets go. */

void hii_hold(void);
void hii_release(void);

struct hii_package {
    struct list link;
    bool removed;
    uint32_t size;
    uint8_t *data; /* pool memory, with the package header; sound: hii_package_check() */
};

struct hii_list {
    struct list link; /* its address is the EFI_HII_HANDLE */
    bool removed;
    EFI_GUID guid;
    EFI_HANDLE driver;    /* may be NULL */
    struct list packages; /* struct hii_package */
};

/* All lists, in order of creation. */
extern struct list hii_lists;

/* The next list or package after `node` that is not removed; NULL: there is none. */
struct hii_list *hii_next_list(const struct list *node);
struct hii_package *hii_next_package(const struct hii_list *list, const struct list *node);

#define HII_FOR_EACH_LIST(list)                                                                    \
    for (struct hii_list *list = hii_next_list(&hii_lists); list != NULL;                          \
         list = hii_next_list(&list->link))
#define HII_FOR_EACH_PACKAGE(package, list)                                                        \
    for (struct hii_package *package = hii_next_package(list, &(list)->packages); package != NULL; \
         package = hii_next_package(list, &package->link))

/* The list of a handle, which may be any number; NULL: none. */
struct hii_list *hii_list_find(EFI_HII_HANDLE handle);

uint8_t hii_package_type(const struct hii_package *package);
/* The GUID of a package of type GUID, else NULL. */
const EFI_GUID *hii_package_guid(const struct hii_package *package);

/* Puts a sound package into a list; its data is copied. NULL: out of memory. */
struct hii_package *hii_package_append(struct list *packages, const void *data, size_t size);

/* Gives the package new contents: pool memory that it then owns. */
void hii_package_replace(struct hii_package *package, uint8_t *data, size_t size);

extern EFI_HII_DATABASE_PROTOCOL hii_database_protocol;

/* Host tests: an empty database. */
void hii_database_reset(void);

/* For the files of the database. */

/* Calls the functions that wait for `package`, while the caller holds the database; it may have
 * been removed afterwards. */
void hii_notify(struct hii_list *list, struct hii_package *package,
                EFI_HII_DATABASE_NOTIFY_TYPE type);
/* Unlinks and frees what was removed: for hii_release(). */
void hii_database_sweep(void);

EFI_STATUS EFIAPI hii_export_package_lists(const EFI_HII_DATABASE_PROTOCOL *This,
                                           EFI_HII_HANDLE Handle, size_t *BufferSize,
                                           EFI_HII_PACKAGE_LIST_HEADER *Buffer);
EFI_STATUS EFIAPI hii_register_package_notify(const EFI_HII_DATABASE_PROTOCOL *This,
                                              uint8_t PackageType, const EFI_GUID *PackageGuid,
                                              EFI_HII_DATABASE_NOTIFY PackageNotifyFn,
                                              EFI_HII_DATABASE_NOTIFY_TYPE NotifyType,
                                              EFI_HANDLE *NotifyHandle);
EFI_STATUS EFIAPI hii_unregister_package_notify(const EFI_HII_DATABASE_PROTOCOL *This,
                                                EFI_HANDLE NotificationHandle);
EFI_STATUS EFIAPI hii_find_keyboard_layouts(const EFI_HII_DATABASE_PROTOCOL *This,
                                            uint16_t *KeyGuidBufferLength, EFI_GUID *KeyGuidBuffer);
EFI_STATUS EFIAPI hii_get_keyboard_layout(const EFI_HII_DATABASE_PROTOCOL *This,
                                          const EFI_GUID *KeyGuid, uint16_t *KeyboardLayoutLength,
                                          EFI_HII_KEYBOARD_LAYOUT *KeyboardLayout);
EFI_STATUS EFIAPI hii_set_keyboard_layout(const EFI_HII_DATABASE_PROTOCOL *This,
                                          const EFI_GUID *KeyGuid);
void hii_notify_reset(void);
void hii_keyboard_reset(void);
