/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Asks for every disk, network card and random-number generator, starts the cards, and comes to the
 * marker that QEMU's plugin waits for (tests/bench/marker.py). tests/bench/devices.py: what starting
 * a device costs. */
#include "efi/guid.h"
#include "efi/protocol/block_io.h"
#include "efi/protocol/rng.h"
#include "efi/protocol/simple_network.h"
#include "guests/guest.h"

static void start_card(EFI_HANDLE handle, EFI_GUID *guid)
{
    EFI_SIMPLE_NETWORK_PROTOCOL *card;
    if (!EFI_ERROR(st->BootServices->HandleProtocol(handle, guid, (void **)&card)) &&
        !EFI_ERROR(card->Start(card)))
        (void)card->Initialize(card, 0, 0);
}

EFI_STATUS guest_main(void)
{
    static EFI_GUID disks = EFI_BLOCK_IO_PROTOCOL_GUID, cards = EFI_SIMPLE_NETWORK_PROTOCOL_GUID,
                    random = EFI_RNG_PROTOCOL_GUID;
    EFI_HANDLE *handles;
    size_t count = 0;
    void *rng;
    if (EFI_ERROR(
            st->BootServices->LocateHandleBuffer(ByProtocol, &disks, NULL, &count, &handles)) ||
        count == 0)
        return EFI_NOT_FOUND;
    (void)st->BootServices->LocateProtocol(&random, NULL, &rng);
    if (!EFI_ERROR(
            st->BootServices->LocateHandleBuffer(ByProtocol, &cards, NULL, &count, &handles)))
        for (size_t i = 0; i < count; i++)
            start_card(handles[i], &cards);
    __asm__ volatile("movabsq $0xc10d4c55c10d4c55, %%rax" : : : "rax");
    return EFI_SUCCESS;
}
