/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Talks to the gateway of QEMU's user network through the Simple Network Protocol: an ARP request
 * and a ping, one "network: …" line each, then turns the machine off. */
#include "efi/boot_services.h"
#include "efi/guid.h"
#include "efi/protocol/device_path.h"
#include "efi/protocol/simple_network.h"
#include "efi/runtime_services.h"
#include "efi/system_table.h"
#include "guests/guest.h"
#include "lib/macros.h"

#define ARP  0x0806
#define IPV4 0x0800

#define WAIT_100NS 100000000ull /* 10 s */

#define MESSAGING_MAC 0x0b

static EFI_BOOT_SERVICES *bs;
static EFI_SIMPLE_NETWORK_PROTOCOL *snp;

static const uint8_t our_ip[4] = {10, 0, 2, 15}, gateway_ip[4] = {10, 0, 2, 2};
static EFI_MAC_ADDRESS gateway;
static uint8_t request[128], answer[2048];

static void copy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = ((const uint8_t *)from)[i];
}

static bool equal(const void *a, const void *b, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const uint8_t *)a)[i] != ((const uint8_t *)b)[i])
            return false;
    return true;
}

static void put16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void tell_status(const char *what, EFI_STATUS status)
{
    print("network: ");
    print(what);
    if (EFI_ERROR(status)) {
        print(" failed ");
        print_number(status & 0xff, 1);
    } else {
        print(" ok");
    }
    print("\r\n");
}

static void tell_address(const char *what, const EFI_MAC_ADDRESS *address)
{
    print("network: ");
    print(what);
    for (unsigned i = 0; i < 6; i++) {
        print(i == 0 ? " " : ":");
        print_number(address->Addr[i], 2);
    }
    print("\r\n");
}

static void tell_number(const char *what, uint64_t value)
{
    print("network: ");
    print(what);
    print(" 0x");
    print_number(value, 1);
    print("\r\n");
}

/* Sends a packet of `size` bytes behind the header, and waits until the buffer comes back. */
static EFI_STATUS send(EFI_MAC_ADDRESS *to, uint16_t type, size_t size)
{
    EFI_STATUS status = snp->Transmit(snp, 14, 14 + size, request, NULL, to, &type);
    if (EFI_ERROR(status))
        return status;
    for (unsigned i = 0; i < 10000; i++) {
        void *buffer = NULL;
        status = snp->GetStatus(snp, NULL, &buffer);
        if (EFI_ERROR(status) || buffer == request)
            return status;
        bs->Stall(1000);
    }
    return EFI_TIMEOUT;
}

/* The next packet of `type` that `wanted` likes. */
static EFI_STATUS await(uint16_t type, bool (*wanted)(const uint8_t *packet, size_t size))
{
    EFI_EVENT events[2] = {snp->WaitForPacket};
    EFI_STATUS status = bs->CreateEvent(EVT_TIMER, 0, NULL, NULL, &events[1]);
    if (EFI_ERROR(status))
        return status;
    status = bs->SetTimer(events[1], TimerRelative, WAIT_100NS);
    while (!EFI_ERROR(status)) {
        size_t which, size = sizeof answer;
        uint16_t got;
        status = bs->WaitForEvent(2, events, &which);
        if (!EFI_ERROR(status) && which == 1)
            status = EFI_TIMEOUT;
        if (EFI_ERROR(status))
            break;
        status = snp->Receive(snp, NULL, &size, answer, NULL, NULL, &got);
        if (status == EFI_NOT_READY)
            status = EFI_SUCCESS;
        else if (!EFI_ERROR(status) && got == type && wanted(answer + 14, size - 14))
            break;
    }
    (void)bs->CloseEvent(events[1]);
    return status;
}

static bool is_arp_reply(const uint8_t *packet, size_t size)
{
    if (size < 28 || packet[7] != 2 || !equal(packet + 14, gateway_ip, 4))
        return false;
    copy(gateway.Addr, packet + 8, 6);
    return true;
}

static EFI_STATUS ask_for_gateway(void)
{
    static const uint8_t ethernet_ipv4_request[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    uint8_t *packet = request + 14;
    copy(packet, ethernet_ipv4_request, 8);
    copy(packet + 8, snp->Mode->CurrentAddress.Addr, 6);
    copy(packet + 14, our_ip, 4);
    copy(packet + 24, gateway_ip, 4);
    EFI_STATUS status = send(&snp->Mode->BroadcastAddress, ARP, 46);
    return EFI_ERROR(status) ? status : await(ARP, is_arp_reply);
}

static unsigned checksum(const uint8_t *data, size_t size)
{
    unsigned sum = 0;
    for (size_t i = 0; i < size; i += 2)
        sum += (unsigned)(data[i] << 8 | data[i + 1]);
    sum = (sum >> 16) + (sum & 0xffff);
    return ~(sum + (sum >> 16)) & 0xffff;
}

static bool is_echo_reply(const uint8_t *packet, size_t size)
{
    return size >= 60 && packet[9] == 1 && packet[20] == 0 &&
           equal(packet + 24, request + 14 + 24, 36);
}

static EFI_STATUS ping(void)
{
    uint8_t *ip = request + 14, *icmp = ip + 20;
    for (unsigned i = 0; i < 60; i++)
        ip[i] = (uint8_t)i;
    static const uint8_t header[12] = {0x45, 0, 0, 60, 0, 1, 0, 0, 64, 1, 0, 0};
    copy(ip, header, sizeof header);
    copy(ip + 12, our_ip, 4);
    copy(ip + 16, gateway_ip, 4);
    put16(ip + 10, checksum(ip, 20));
    icmp[0] = 8;
    icmp[1] = icmp[2] = icmp[3] = 0;
    put16(icmp + 2, checksum(icmp, 40));
    EFI_STATUS status = send(&gateway, IPV4, 60);
    return EFI_ERROR(status) ? status : await(IPV4, is_echo_reply);
}

/* Does the handle's path end with the card's address? */
static bool ends_with_address(EFI_HANDLE handle)
{
    EFI_DEVICE_PATH_PROTOCOL *node;
    if (EFI_ERROR(bs->HandleProtocol(handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), (void **)&node)))
        return false;
    const EFI_DEVICE_PATH_PROTOCOL *last = node;
    while (node->Type != END_DEVICE_PATH_TYPE) {
        last = node;
        node = (void *)((uint8_t *)node + (node->Length[0] | node->Length[1] << 8));
    }
    return last->Type == MESSAGING_DEVICE_PATH && last->SubType == MESSAGING_MAC &&
           equal(last + 1, snp->Mode->PermanentAddress.Addr, 6);
}

static void use(EFI_HANDLE handle)
{
    size_t size = sizeof answer;
    EFI_NETWORK_STATISTICS statistics;
    /* Another firmware's network stack lets go of the card. */
    EFI_STATUS status = bs->OpenProtocol(handle, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL),
                                         (void **)&snp, self, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE);
    tell_status("open", status);
    if (EFI_ERROR(status))
        return;
    if (snp->Mode->State == EfiSimpleNetworkInitialized)
        (void)snp->Shutdown(snp);
    if (snp->Mode->State == EfiSimpleNetworkStarted)
        (void)snp->Stop(snp);
    tell_address("card", &snp->Mode->PermanentAddress);
    tell_status("path", ends_with_address(handle) ? EFI_SUCCESS : EFI_NOT_FOUND);
    tell_status("receive before start", snp->Receive(snp, NULL, &size, answer, NULL, NULL, NULL));
    tell_status("start", snp->Start(snp));
    tell_status("initialize", snp->Initialize(snp, 0, 0));
    tell_status("filters", snp->ReceiveFilters(snp,
                                               EFI_SIMPLE_NETWORK_RECEIVE_UNICAST |
                                                   EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST,
                                               0, true, 0, NULL));
    tell_number("media", snp->Mode->MediaPresent);
    tell_status("arp", ask_for_gateway());
    tell_address("gateway", &gateway);
    tell_status("ping", ping());
    size = sizeof statistics;
    if (!EFI_ERROR(snp->Statistics(snp, false, &size, &statistics)))
        tell_number("sent", statistics.TxTotalFrames);
    size = sizeof answer;
    tell_status("receive when idle", snp->Receive(snp, NULL, &size, answer, NULL, NULL, NULL));
    tell_status("shutdown", snp->Shutdown(snp));
    tell_status("stop", snp->Stop(snp));
}

EFI_STATUS guest_main(void)
{
    EFI_HANDLE *handles;
    size_t count;
    bs = st->BootServices;
    EFI_STATUS status = bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL),
                                               NULL, &count, &handles);
    tell_status("locate", status);
    if (!EFI_ERROR(status)) {
        tell_number("cards", count);
        use(handles[0]);
    }
    print("network: done\r\n");
    st->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_DEVICE_ERROR;
}
