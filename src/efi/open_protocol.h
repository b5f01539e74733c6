/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "efi/handle.h"

/* Opening protocols, and the record of who uses them (UEFI 2.10 §7.3.9 to §7.3.12). */

EFI_STATUS EFIAPI efi_handle_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                      void **Interface);
EFI_STATUS EFIAPI efi_open_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol, void **Interface,
                                    EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle,
                                    uint32_t Attributes);
EFI_STATUS EFIAPI efi_close_protocol(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                     EFI_HANDLE AgentHandle, EFI_HANDLE ControllerHandle);
EFI_STATUS EFIAPI efi_open_protocol_information(EFI_HANDLE Handle, const EFI_GUID *Protocol,
                                                EFI_OPEN_PROTOCOL_INFORMATION_ENTRY **EntryBuffer,
                                                size_t *EntryCount);

/* The image handle that HandleProtocol opens protocols for; NULL, as at first: such opens are not
 * recorded. */
void open_protocol_set_firmware_agent(EFI_HANDLE agent);

/* Is the interface held BY_DRIVER or EXCLUSIVE by anybody? */
bool protocol_is_held(EFI_HANDLE handle, const EFI_GUID *protocol);

/* Makes every user of the interface let go, as Uninstall and Reinstall need it: drivers are
 * disconnected, the records of plain openers dropped. EFI_ACCESS_DENIED, and the drivers are
 * connected again, when somebody keeps it. */
EFI_STATUS interface_release_users(EFI_HANDLE handle, const EFI_GUID *protocol) MUST_CHECK;

/* Drops every open that names `agent` (an image that is unloaded). */
void open_protocol_forget_agent(EFI_HANDLE agent);

void open_protocol_fill(EFI_BOOT_SERVICES *table);
