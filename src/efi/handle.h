/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include <stdbool.h>

#include "efi/boot_services.h"
#include "efi/guid.h"
#include "lib/list.h"
#include "lib/macros.h"

/* The handle database (UEFI 2.10 §7.3): installing and finding protocol interfaces. The database is
 * only touched at TPL_NOTIFY; drivers and notification functions are called at the caller's TPL. */

EFI_STATUS EFIAPI efi_install_protocol_interface(EFI_HANDLE *Handle, const EFI_GUID *Protocol,
                                                 EFI_INTERFACE_TYPE InterfaceType, void *Interface);
EFI_STATUS EFIAPI efi_reinstall_protocol_interface(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                   void *OldInterface, void *NewInterface);
EFI_STATUS EFIAPI efi_uninstall_protocol_interface(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                   void *Interface);
EFI_STATUS EFIAPI efi_protocols_per_handle(EFI_HANDLE Handle, EFI_GUID ***ProtocolBuffer,
                                           size_t *ProtocolBufferCount);

/* For the firmware's own use: the interface of `protocol` on `handle` without any bookkeeping; NULL
 * when it is not there (or was installed as NULL). `handle` may be any number. */
void *handle_interface(EFI_HANDLE handle, const EFI_GUID *protocol);

/* Is `protocol` installed on `handle`, be it with a NULL interface? */
bool handle_supports(EFI_HANDLE handle, const EFI_GUID *protocol);

/* Is it a handle? Decided without looking at what the number points to. */
bool handle_is_valid(EFI_HANDLE handle);

void handle_services_fill(EFI_BOOT_SERVICES *table);

/* The rest is for the files of the handle database. */

struct protocol {
    struct list link;          /* in its hash bucket */
    struct list interfaces;    /* struct interface by_protocol, in order of installation */
    struct list notifications; /* struct protocol_notify */
    EFI_GUID guid;
};

struct handle {
    struct list link;       /* all handles, in order of creation */
    struct list interfaces; /* struct interface by_handle, in order of installation */
    bool connecting;        /* ConnectController is below it: a loop among children ends here */
    unsigned holds;         /* calls of handle_hold() that are not released */
};

struct interface {
    struct list by_handle, by_protocol;
    struct handle *handle;
    struct protocol *protocol;
    void *interface;
    struct list opens; /* struct open */
};

/* Who uses an interface: an entry of OpenProtocolInformation. */
struct open {
    struct list link;
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY entry;
};

/* Every handle, for walking at TPL_NOTIFY. */
extern struct list handles;

struct handle *handle_find(EFI_HANDLE handle);

/* Keeps a handle over the loss of its last interface; handle_release() lets it go then. False, and
 * nothing to release, when it is no handle. */
bool handle_hold(EFI_HANDLE handle) MUST_CHECK;
void handle_release(EFI_HANDLE handle);

struct protocol *protocol_find(const EFI_GUID *guid);
/* The same, made when it is not there; NULL: out of memory. */
struct protocol *protocol_get(const EFI_GUID *guid);
struct interface *interface_find(EFI_HANDLE handle, const EFI_GUID *protocol);

/* Host tests: an empty database. */
void handles_reset(void);
