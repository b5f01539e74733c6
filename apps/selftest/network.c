/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Simple Network (UEFI 2.10 §24.1) of two interfaces at one hub: what one sends, the other hears.
 */
#include "efi/protocol/simple_network.h"
#include "lib/memory.h"
#include "selftest/fixture.h"

#define HEADER_SIZE 14u
#define FRAME_SIZE  80u
#define PROTOCOL    0x88b5u /* for experiments (IEEE 802) */
#define BOTH        (EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST)

static EFI_SIMPLE_NETWORK_PROTOCOL *one, *two;

/* Whoever drives the interface is told to let go of it. */
static EFI_SIMPLE_NETWORK_PROTOCOL *take(EFI_HANDLE handle)
{
    EFI_SIMPLE_NETWORK_PROTOCOL *network = NULL;
    EXPECT(EFI_SUCCESS,
           bs->OpenProtocol(handle, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL), (void **)&network, self,
                            NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE));
    return network;
}

static bool find_networks(void)
{
    EFI_HANDLE *handles;
    size_t count = 0;
    if (one != NULL && two != NULL)
        return true;
    EFI_STATUS status = bs->LocateHandleBuffer(ByProtocol, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL),
                                               NULL, &count, &handles);
    if (status == EFI_NOT_FOUND) {
        skip_without("EFI_SIMPLE_NETWORK_PROTOCOL");
        return false;
    }
    if (!EXPECT(EFI_SUCCESS, status) || !EQUAL(2, count))
        return false;
    one = take(handles[0]);
    two = take(handles[1]);
    bs->FreePool(handles);
    return one != NULL && two != NULL;
}

static void bring_down(EFI_SIMPLE_NETWORK_PROTOCOL *network)
{
    if (network->Mode->State == EfiSimpleNetworkInitialized)
        EXPECT(EFI_SUCCESS, network->Shutdown(network));
    if (network->Mode->State == EfiSimpleNetworkStarted)
        EXPECT(EFI_SUCCESS, network->Stop(network));
}

static bool bring_up(EFI_SIMPLE_NETWORK_PROTOCOL *network)
{
    bring_down(network);
    return EXPECT(EFI_SUCCESS, network->Start(network)) &&
           EXPECT(EFI_SUCCESS, network->Initialize(network, 0, 0)) &&
           EXPECT(EFI_SUCCESS, network->ReceiveFilters(network, BOTH, 0, false, 0, NULL));
}

static void states(void)
{
    if (!find_networks())
        return;
    bring_down(one);
    EQUAL(EfiSimpleNetworkStopped, one->Mode->State);
    EXPECT(EFI_NOT_STARTED, one->Stop(one));
    EXPECT(EFI_NOT_STARTED, one->Initialize(one, 0, 0));
    EXPECT(EFI_NOT_STARTED, one->Reset(one, false));
    EXPECT(EFI_NOT_STARTED, one->Shutdown(one));
    EXPECT(EFI_SUCCESS, one->Start(one));
    EQUAL(EfiSimpleNetworkStarted, one->Mode->State);
    EXPECT(EFI_ALREADY_STARTED, one->Start(one));
    EXPECT(EFI_DEVICE_ERROR, one->Reset(one, false));
    EXPECT(EFI_DEVICE_ERROR, one->Shutdown(one));
    EXPECT(EFI_SUCCESS, one->Initialize(one, 0, 0));
    EQUAL(EfiSimpleNetworkInitialized, one->Mode->State);
    EXPECT(EFI_SUCCESS, one->Reset(one, false));
    EXPECT(EFI_SUCCESS, one->Shutdown(one));
    EQUAL(EfiSimpleNetworkStarted, one->Mode->State);
    EXPECT(EFI_SUCCESS, one->Stop(one));
    EQUAL(EfiSimpleNetworkStopped, one->Mode->State);
}

static void not_ready_to_work(void)
{
    EFI_MAC_ADDRESS address = {{2}};
    size_t size = FRAME_SIZE;
    uint8_t frame[FRAME_SIZE] = {0};
    uint32_t interrupts;
    if (!find_networks())
        return;
    bring_down(one);
    EXPECT(EFI_NOT_STARTED, one->ReceiveFilters(one, BOTH, 0, false, 0, NULL));
    EXPECT(EFI_NOT_STARTED, one->StationAddress(one, true, NULL));
    EXPECT(EFI_NOT_STARTED, one->GetStatus(one, &interrupts, NULL));
    EXPECT(EFI_NOT_STARTED, one->Transmit(one, 0, FRAME_SIZE, frame, NULL, &address, NULL));
    EXPECT(EFI_NOT_STARTED, one->Receive(one, NULL, &size, frame, NULL, NULL, NULL));
    EXPECT(EFI_NOT_STARTED, one->Statistics(one, true, NULL, NULL));
    EXPECT(EFI_SUCCESS, one->Start(one));
    EXPECT(EFI_DEVICE_ERROR, one->GetStatus(one, &interrupts, NULL));
    EXPECT(EFI_DEVICE_ERROR, one->Transmit(one, 0, FRAME_SIZE, frame, NULL, &address, NULL));
    EXPECT(EFI_DEVICE_ERROR, one->Receive(one, NULL, &size, frame, NULL, NULL, NULL));
    bring_down(one);
}

/* Until the device has given the buffer back. */
static bool wait_until_sent(EFI_SIMPLE_NETWORK_PROTOCOL *network, const void *frame)
{
    void *sent = NULL;
    for (int i = 0; i < 10000 && sent == NULL; i++) {
        if (!EXPECT(EFI_SUCCESS, network->GetStatus(network, NULL, &sent)))
            return false;
        bs->Stall(100);
    }
    return CHECK(sent == frame);
}

static EFI_STATUS receive(EFI_SIMPLE_NETWORK_PROTOCOL *network, size_t *size, void *frame,
                          EFI_MAC_ADDRESS *from, EFI_MAC_ADDRESS *to, uint16_t *protocol)
{
    EFI_STATUS status = EFI_NOT_READY;
    for (int i = 0; i < 10000 && status == EFI_NOT_READY; i++) {
        size_t header = 0;
        status = network->Receive(network, &header, size, frame, from, to, protocol);
        bs->Stall(100);
    }
    return status;
}

static void frames(void)
{
    static uint8_t sent[FRAME_SIZE], received[2048];
    EFI_MAC_ADDRESS from, to;
    uint16_t protocol = PROTOCOL, found = 0;
    size_t size = sizeof received;
    if (!find_networks() || !bring_up(one) || !bring_up(two))
        return;
    EXPECT(EFI_NOT_READY, two->Receive(two, NULL, &size, received, NULL, NULL, NULL));
    for (size_t i = HEADER_SIZE; i < FRAME_SIZE; i++)
        sent[i] = (uint8_t)i;
    EXPECT(EFI_SUCCESS, one->Transmit(one, HEADER_SIZE, FRAME_SIZE, sent, NULL,
                                      &two->Mode->CurrentAddress, &protocol));
    wait_until_sent(one, sent);
    size = 10;
    EXPECT(EFI_BUFFER_TOO_SMALL, receive(two, &size, received, NULL, NULL, NULL));
    size = sizeof received;
    EXPECT(EFI_SUCCESS, one->Transmit(one, HEADER_SIZE, FRAME_SIZE, sent, NULL,
                                      &two->Mode->CurrentAddress, &protocol));
    wait_until_sent(one, sent);
    EXPECT(EFI_SUCCESS, receive(two, &size, received, &from, &to, &found));
    EQUAL(FRAME_SIZE, size);
    EQUAL(PROTOCOL, found);
    CHECK(memcmp(received, sent, FRAME_SIZE) == 0);
    CHECK(memcmp(&from, &one->Mode->CurrentAddress, 6) == 0);
    CHECK(memcmp(&to, &two->Mode->CurrentAddress, 6) == 0);
    bring_down(one);
    bring_down(two);
}

static void transmit_errors(void)
{
    static uint8_t frame[FRAME_SIZE];
    EFI_MAC_ADDRESS *to;
    uint16_t protocol = PROTOCOL;
    if (!find_networks() || !bring_up(one))
        return;
    to = &two->Mode->CurrentAddress;
    EXPECT(EFI_INVALID_PARAMETER,
           one->Transmit(one, HEADER_SIZE, FRAME_SIZE, NULL, NULL, to, &protocol));
    EXPECT(EFI_INVALID_PARAMETER,
           one->Transmit(one, HEADER_SIZE + 1, FRAME_SIZE, frame, NULL, to, &protocol));
    EXPECT(EFI_INVALID_PARAMETER,
           one->Transmit(one, HEADER_SIZE, FRAME_SIZE, frame, NULL, NULL, &protocol));
    EXPECT(EFI_INVALID_PARAMETER,
           one->Transmit(one, HEADER_SIZE, FRAME_SIZE, frame, NULL, to, NULL));
    EXPECT(EFI_BUFFER_TOO_SMALL,
           one->Transmit(one, HEADER_SIZE, HEADER_SIZE - 1, frame, NULL, to, &protocol));
    bring_down(one);
}

static void settings(void)
{
    EFI_MAC_ADDRESS multicast = {{1, 0, 0x5e, 0, 0, 1}}, mac;
    EFI_IP_ADDRESS ip = {.v4 = {{239, 0x81, 2, 3}}};
    if (!find_networks() || !bring_up(one))
        return;
    EXPECT(EFI_SUCCESS,
           one->ReceiveFilters(one, EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST, 0, false, 1, &multicast));
    EQUAL(1, one->Mode->MCastFilterCount);
    EXPECT(EFI_INVALID_PARAMETER, one->ReceiveFilters(one, 1u << 31, 0, false, 0, NULL));
    EXPECT(EFI_INVALID_PARAMETER,
           one->ReceiveFilters(one, EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST, 0, false, 1, NULL));
    EXPECT(EFI_SUCCESS, one->MCastIpToMac(one, false, &ip, &mac));
    CHECK(memcmp(&mac, "\x01\x00\x5e\x01\x02\x03", 6) == 0);
    EXPECT(EFI_INVALID_PARAMETER, one->MCastIpToMac(one, false, NULL, &mac));
    EXPECT(EFI_INVALID_PARAMETER, one->MCastIpToMac(one, false, &ip, NULL));
    ip.v4.Addr[0] = 10;
    EXPECT(EFI_INVALID_PARAMETER, one->MCastIpToMac(one, false, &ip, &mac));
    EXPECT(EFI_INVALID_PARAMETER, one->StationAddress(one, false, NULL));
    bring_down(one);
}

static void statistics(void)
{
    EFI_NETWORK_STATISTICS table;
    size_t size = 0;
    if (!find_networks() || !bring_up(one))
        return;
    EFI_STATUS status = one->Statistics(one, false, &size, &table);
    if (status == EFI_UNSUPPORTED) {
        skip_without("statistics of the network driver");
    } else {
        EXPECT(EFI_BUFFER_TOO_SMALL, status);
        size = sizeof table;
        EXPECT(EFI_SUCCESS, one->Statistics(one, true, &size, &table));
        EXPECT(EFI_SUCCESS, one->Statistics(one, false, &size, &table));
        EQUAL(0, table.TxTotalFrames);
        EXPECT(EFI_INVALID_PARAMETER, one->Statistics(one, false, NULL, &table));
    }
    bring_down(one);
}

static void unsupported(void)
{
    uint8_t byte;
    if (!find_networks() || !bring_up(one))
        return;
    EXPECT(EFI_UNSUPPORTED, one->NvData(one, true, 0, 1, &byte));
    bring_down(one);
}

static const struct selftest tests[] = {
    {"states", states},           {"not-ready-to-work", not_ready_to_work},
    {"frames", frames},           {"transmit-errors", transmit_errors},
    {"settings", settings},       {"statistics", statistics},
    {"unsupported", unsupported},
};

const struct topic topic_network = TOPIC("network", tests);
