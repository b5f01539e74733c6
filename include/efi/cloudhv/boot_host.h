/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* CLOUDHV_BOOT_HOST_PROTOCOL: what the boot manager needs and UEFI has no word for. Private to
 * CloudHv, documented in docs/architecture.md; programs that find it absent run on another firmware
 * and do without. */

#include "efi/status.h"
#include "efi/types.h"

#define CLOUDHV_BOOT_HOST_PROTOCOL_GUID                                                            \
    {                                                                                              \
        0x5a1b5f0e, 0x9c39, 0x4d0b,                                                                \
        {                                                                                          \
            0x8e, 0x21, 0x6d, 0x2f, 0x0b, 0x43, 0xc1, 0x77                                         \
        }                                                                                          \
    }

typedef struct CLOUDHV_BOOT_HOST_PROTOCOL CLOUDHV_BOOT_HOST_PROTOCOL;

struct CLOUDHV_BOOT_HOST_PROTOCOL {
    /* The host's value for `cloudhv.<Key>`, or NULL. The string belongs to the firmware and lives
     * for ever. */
    const char *(EFIAPI *GetOption)(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *Key);

    /* Handles of the controllers that may hold a disk to boot, started or not, in the host's order.
     * PCI segments after the first are looked at only with AllSegments. The caller frees *Handles
     * with FreePool. */
    EFI_STATUS(EFIAPI *GetDisks)
    (CLOUDHV_BOOT_HOST_PROTOCOL *This, bool AllSegments, size_t *Count, EFI_HANDLE **Handles);

    /* Name of such a controller for people ("virtio-blk 0000:00:03.0"); "?" when it is none. */
    const char *(EFIAPI *GetName)(CLOUDHV_BOOT_HOST_PROTOCOL *This, EFI_HANDLE Disk);

    /* One line for the user, on every console and in the log. */
    void(EFIAPI *Report)(CLOUDHV_BOOT_HOST_PROTOCOL *This, const char *Text);

    /* Number of warnings and errors logged so far: when it grew while a disk was tried, the user
     * has read the reason already. */
    size_t(EFIAPI *GetProblemCount)(CLOUDHV_BOOT_HOST_PROTOCOL *This);

    /* The EFI shell that is part of the firmware, as a PE image, which the caller frees with
     * FreePool. EFI_NOT_FOUND: there is none. */
    EFI_STATUS(EFIAPI *GetShell)
    (CLOUDHV_BOOT_HOST_PROTOCOL *This, void **Image, size_t *Size);

    /* The milestone of that index, from 0: its name, and when it was first reached, in microseconds
     * after the first; UINT64_MAX: not yet. False: there is no such milestone. */
    bool(EFIAPI *GetMilestone)(CLOUDHV_BOOT_HOST_PROTOCOL *This, size_t Index, const char **Name,
                               uint64_t *Time);
};
