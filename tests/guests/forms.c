/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Starts \ipxe.efi, which has a form for each network card, and tells what the HII database heard
 * of them. */
#include "efi/guid.h"
#include "efi/protocol/hii_database.h"
#include "guests/guest.h"

static unsigned added, removed;

static EFI_STATUS EFIAPI hear(uint8_t PackageType, const EFI_GUID *PackageGuid,
                              const EFI_HII_PACKAGE_HEADER *Package, EFI_HII_HANDLE Handle,
                              EFI_HII_DATABASE_NOTIFY_TYPE NotifyType)
{
    added += NotifyType == EFI_HII_DATABASE_NOTIFY_NEW_PACK;
    removed += NotifyType == EFI_HII_DATABASE_NOTIFY_REMOVE_PACK;
    return EFI_SUCCESS;
}

EFI_STATUS guest_main(void)
{
    EFI_HII_DATABASE_PROTOCOL *database;
    EFI_HANDLE listener;
    check("located", !EFI_ERROR(st->BootServices->LocateProtocol(GUID_OF(EFI_HII_DATABASE_PROTOCOL),
                                                                 NULL, (void **)&database)));
    check("listen", all_checks_held() &&
                        !EFI_ERROR(database->RegisterPackageNotify(
                            database, EFI_HII_PACKAGE_FORMS, NULL, hear,
                            EFI_HII_DATABASE_NOTIFY_NEW_PACK | EFI_HII_DATABASE_NOTIFY_REMOVE_PACK,
                            &listener)));
    if (!all_checks_held())
        return EFI_UNSUPPORTED;
    tell("ended", chain(u"ipxe.efi"));
    tell("added", added);
    tell("removed", removed);
    tell("done", 0);
    return EFI_SUCCESS;
}
