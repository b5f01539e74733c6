/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

#include "efi/guid.h"
#include "efi/protocol/driver_binding.h"
#include "lib/macros.h"

/* What the firmware's own driver bindings share. */

/* Versions (UEFI 2.10 §11.1): partitions are looked for before file systems, and a loaded driver of
 * a higher version comes before ours. */
#define BINDING_VERSION_DISK_IO     0x30
#define BINDING_VERSION_CONTROLLER  0x20
#define BINDING_VERSION_PARTITION   0x20
#define BINDING_VERSION_FILE_SYSTEM 0x10

/* Installs `binding` on a new handle, with `image` as its image. */
EFI_STATUS binding_install(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE image,
                           const char *name) MUST_CHECK;

/* Opens `protocol` on `controller` BY_DRIVER for the binding, and lets go of it. */
EFI_STATUS binding_open(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                        const EFI_GUID *protocol, void **ret_interface) MUST_CHECK;
void binding_close(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                   const EFI_GUID *protocol);

/* Records that `child` was made from `controller`'s protocol, and forgets it. */
EFI_STATUS binding_open_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                              const EFI_GUID *protocol, EFI_HANDLE child) MUST_CHECK;
void binding_close_child(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                         const EFI_GUID *protocol, EFI_HANDLE child);

/* Could the binding open it? EFI_UNSUPPORTED when the protocol is not there, EFI_ALREADY_STARTED
 * when it has it, EFI_ACCESS_DENIED. */
EFI_STATUS binding_can_open(EFI_DRIVER_BINDING_PROTOCOL *binding, EFI_HANDLE controller,
                            const EFI_GUID *protocol) MUST_CHECK;
