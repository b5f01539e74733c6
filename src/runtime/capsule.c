/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Capsules (UEFI 2.10 §8.5.3): the VMM updates the firmware, so none is supported. */
#include "runtime/services.h"

#define CAPSULE_FLAGS_PERSIST_ACROSS_RESET  0x00010000u
#define CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE 0x00020000u
#define CAPSULE_FLAGS_INITIATE_RESET        0x00040000u

static bool headers_are_sound(EFI_CAPSULE_HEADER **headers, size_t count)
{
    if (headers == NULL || count == 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (headers[i] == NULL)
            return false;
        uint32_t flags = headers[i]->Flags;
        /* Both only make sense for a capsule that lasts over a reset. */
        if ((flags & (CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE | CAPSULE_FLAGS_INITIATE_RESET)) != 0 &&
            (flags & CAPSULE_FLAGS_PERSIST_ACROSS_RESET) == 0)
            return false;
    }
    return true;
}

EFI_STATUS EFIAPI runtime_update_capsule(EFI_CAPSULE_HEADER **CapsuleHeaderArray,
                                         size_t CapsuleCount,
                                         EFI_PHYSICAL_ADDRESS ScatterGatherList)
{
    return headers_are_sound(CapsuleHeaderArray, CapsuleCount) ? EFI_UNSUPPORTED
                                                               : EFI_INVALID_PARAMETER;
}

EFI_STATUS EFIAPI runtime_query_capsule_capabilities(EFI_CAPSULE_HEADER **CapsuleHeaderArray,
                                                     size_t CapsuleCount,
                                                     uint64_t *MaximumCapsuleSize,
                                                     EFI_RESET_TYPE *ResetType)
{
    if (MaximumCapsuleSize == NULL || ResetType == NULL)
        return EFI_INVALID_PARAMETER;
    return headers_are_sound(CapsuleHeaderArray, CapsuleCount) ? EFI_UNSUPPORTED
                                                               : EFI_INVALID_PARAMETER;
}
