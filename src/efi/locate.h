/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/boot_services.h"
#include "lib/macros.h"

/* Finding handles and protocols (UEFI 2.10 §7.3). */

/* The services in the table call the hooks below before they do the work, so that devices can be
 * started when somebody asks for them (DESIGN decision 7). */
EFI_STATUS EFIAPI efi_locate_handle(EFI_LOCATE_SEARCH_TYPE SearchType, const EFI_GUID *Protocol,
                                    void *SearchKey, size_t *BufferSize, EFI_HANDLE *Buffer);
EFI_STATUS EFIAPI efi_locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE SearchType,
                                           const EFI_GUID *Protocol, void *SearchKey,
                                           size_t *NoHandles, EFI_HANDLE **Buffer);
EFI_STATUS EFIAPI efi_locate_protocol(const EFI_GUID *Protocol, void *Registration,
                                      void **Interface);
EFI_STATUS EFIAPI efi_locate_device_path(const EFI_GUID *Protocol,
                                         EFI_DEVICE_PATH_PROTOCOL **DevicePath, EFI_HANDLE *Device);

/* `locate` gets the protocol that is asked for, NULL for all handles (AllHandles); `locate_path`
 * the path. Both run at the caller's TPL, may connect controllers, and are not called again from
 * within themselves. RegisterProtocolNotify calls `locate`, too. */
struct locate_hooks {
    void (*locate)(const EFI_GUID *protocol);
    void (*locate_path)(EFI_DEVICE_PATH_PROTOCOL *path);
};
void locate_set_hooks(const struct locate_hooks *hooks);
void locate_call_hook(const EFI_GUID *protocol);

/* The same services without hooks, for the firmware itself. */
EFI_STATUS locate_handle(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
                         size_t *size, EFI_HANDLE *buffer) MUST_CHECK;
/* The caller frees `*ret_handles` with pool_free(). */
EFI_STATUS locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE type, const EFI_GUID *protocol, void *key,
                                size_t *ret_count, EFI_HANDLE **ret_handles) MUST_CHECK;
EFI_STATUS locate_protocol(const EFI_GUID *protocol, void *registration,
                           void **ret_interface) MUST_CHECK;
EFI_STATUS locate_device_path(const EFI_GUID *protocol, EFI_DEVICE_PATH_PROTOCOL **path,
                              EFI_HANDLE *ret_device) MUST_CHECK;

void locate_fill(EFI_BOOT_SERVICES *table);
