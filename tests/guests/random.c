/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Tells 80 bytes of EFI_RNG_PROTOCOL, a word a line. */
#include "efi/guid.h"
#include "efi/protocol/rng.h"
#include "guests/guest.h"

EFI_STATUS guest_main(void)
{
    static EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
    EFI_RNG_PROTOCOL *rng;
    uint64_t words[10];
    check("found", !EFI_ERROR(st->BootServices->LocateProtocol(&guid, NULL, (void **)&rng)));
    if (!all_checks_held())
        return EFI_NOT_FOUND;
    check("read", !EFI_ERROR(rng->GetRNG(rng, NULL, sizeof words, (uint8_t *)words)));
    for (unsigned i = 0; i < sizeof words / sizeof words[0] && all_checks_held(); i++)
        tell("word", words[i]);
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_SUCCESS;
}
