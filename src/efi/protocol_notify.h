/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "efi/handle.h"
#include "lib/macros.h"

/* RegisterProtocolNotify (UEFI 2.10 §7.3). */

EFI_STATUS EFIAPI efi_register_protocol_notify(const EFI_GUID *Protocol, EFI_EVENT Event,
                                               void **Registration);

/* The same without the hook of locate.h, for the firmware itself. */
EFI_STATUS protocol_notify_register(const EFI_GUID *protocol, EFI_EVENT event,
                                    void **ret_registration) MUST_CHECK;

/* Signals whoever waits for the protocol. The interface was just appended to protocol->interfaces.
 */
void protocol_notify_signal(struct protocol *protocol);

/* The interface is about to leave protocol->interfaces. */
void protocol_notify_removing(struct interface *interface);

/* The first interface that the registration has not seen, NULL when there is none;
 * protocol_notify_advance() passes over it once it was delivered. `registration` may be any number;
 * `protocol` may be NULL. */
struct interface *protocol_notify_next(void *registration, const EFI_GUID *protocol);
void protocol_notify_advance(void *registration);
bool protocol_notify_is_valid(void *registration);

/* The event is closed. */
void protocol_notify_forget(EFI_EVENT event);

void protocol_notify_fill(EFI_BOOT_SERVICES *table);

/* Host tests: no registrations. */
void protocol_notify_reset(void);
