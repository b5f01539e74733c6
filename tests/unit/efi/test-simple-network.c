/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* EFI_SIMPLE_NETWORK_PROTOCOL over virtio-net and its model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/virtio/net.h"
#include "efi/device_path.h"
#include "efi/event.h"
#include "efi/handle.h"
#include "efi/open_protocol.h"
#include "efi/protocols/simple_network.h"
#include "host/pool.h"
#include "models/apic.h"
#include "models/virtio_machine.h"
#include "models/virtio_net.h"

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_net_start};

#define FEATURES                                                                                   \
    (VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX |        \
     VIRTIO_NET_F_CTRL_MAC_ADDR)

static const EFI_DEVICE_PATH_PROTOCOL end = {0x7f, 0xff, {4, 0}};
static const EFI_MAC_ADDRESS peer = {{2, 0, 0, 0, 0, 9}}, group = {{1, 0, 0x5e, 0, 0, 1}};

static struct virtio_machine m;
static struct virtio_net_model card;
static struct network *network;
static EFI_SIMPLE_NETWORK_PROTOCOL *snp;
static EFI_DEVICE_PATH_PROTOCOL *path;
static EFI_HANDLE handle;
static uint8_t frame[128], buffer[2048];

static int set_up(void **state)
{
    virtio_machine_init(&m);
    fake_apic_reset();
    events_init();
    m.bus.strict = true;
    memset(&card, 0, sizeof card);
    virtio_net_model_init(&card, &m.bus, FEATURES, 256);
    virtio_machine_plug(&m, &card.virtio, 0);
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    path = device_path_duplicate(&end);
    handle = NULL;
    assert_int_equal(network_install(&handle, m.interface->network, path, &network), EFI_SUCCESS);
    snp = handle_interface(handle, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL));
    assert_non_null(snp);
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)i;
    memcpy(frame, snp->Mode->CurrentAddress.Addr, 6);
    memcpy(frame + 6, peer.Addr, 6);
    return 0;
}

static int tear_down(void **state)
{
    assert_int_equal(network_uninstall(handle, network, path), EFI_SUCCESS);
    free(path);
    virtio_machine_free(&m);
    assert_false(m.bus.failed);
    handles_reset();
    events_reset();
    return 0;
}

static void initialize(void)
{
    assert_int_equal(snp->Start(snp), EFI_SUCCESS);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_SUCCESS);
}

/* What every function says that needs an initialized interface. */
static void expect_refusal(EFI_STATUS status)
{
    EFI_MAC_ADDRESS mac = peer;
    EFI_IP_ADDRESS ip = {.v4 = {{224, 0, 0, 1}}};
    size_t size = sizeof buffer;
    uint32_t interrupts;
    assert_int_equal(snp->Reset(snp, false), status);
    assert_int_equal(snp->Shutdown(snp), status);
    assert_int_equal(snp->ReceiveFilters(snp, 1, 0, false, 0, NULL), status);
    assert_int_equal(snp->StationAddress(snp, true, NULL), status);
    assert_int_equal(snp->Statistics(snp, true, NULL, NULL), status);
    assert_int_equal(snp->MCastIpToMac(snp, false, &ip, &mac), status);
    assert_int_equal(snp->NvData(snp, true, 0, 1, buffer), status);
    assert_int_equal(snp->GetStatus(snp, &interrupts, NULL), status);
    assert_int_equal(snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL), status);
    assert_int_equal(snp->Receive(snp, NULL, &size, buffer, NULL, NULL, NULL), status);
}

static void states(void **state)
{
    const EFI_SIMPLE_NETWORK_MODE *mode = snp->Mode;
    assert_int_equal(mode->State, EfiSimpleNetworkStopped);
    assert_int_equal(mode->HwAddressSize, 6);
    assert_int_equal(mode->MediaHeaderSize, 14);
    assert_int_equal(mode->MaxPacketSize, 1500);
    assert_int_equal(mode->IfType, 1);
    assert_true(mode->MediaPresentSupported && mode->MacAddressChangeable);
    expect_refusal(EFI_NOT_STARTED);
    assert_int_equal(snp->Stop(snp), EFI_NOT_STARTED);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_NOT_STARTED);
    assert_int_equal(snp->Start(NULL), EFI_INVALID_PARAMETER);

    assert_int_equal(snp->Start(snp), EFI_SUCCESS);
    assert_int_equal(snp->Start(snp), EFI_ALREADY_STARTED);
    expect_refusal(EFI_DEVICE_ERROR);
    assert_int_equal(snp->Initialize(snp, 1, 0), EFI_UNSUPPORTED);
    assert_int_equal(card.virtio.status, 0);
    host_fail_allocation_after(1);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_OUT_OF_RESOURCES);
    host_fail_allocation_after(SIZE_MAX);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_SUCCESS);
    assert_int_equal(card.virtio.status, 0x0f);
    assert_int_equal(mode->State, EfiSimpleNetworkInitialized);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Stop(snp), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Start(snp), EFI_ALREADY_STARTED);
    assert_int_equal(snp->NvData(snp, true, 0, 1, buffer), EFI_UNSUPPORTED);

    assert_int_equal(snp->Shutdown(snp), EFI_SUCCESS);
    assert_int_equal(card.virtio.status, 0);
    assert_int_equal(mode->ReceiveFilterSetting, 0);
    assert_int_equal(snp->Stop(snp), EFI_SUCCESS);
    assert_int_equal(mode->State, EfiSimpleNetworkStopped);
    initialize(); /* what is left running is stopped with the driver */
}

static void transmit(void **state)
{
    uint16_t type = 0x0806;
    EFI_MAC_ADDRESS to = peer, from = {{2, 2, 2, 2, 2, 2}};
    uint32_t interrupts;
    void *back = frame;
    initialize();
    assert_int_equal(snp->Transmit(snp, 0, 64, NULL, NULL, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Transmit(snp, 13, 64, frame, NULL, &to, &type), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Transmit(snp, 14, 64, frame, NULL, NULL, &type), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Transmit(snp, 14, 64, frame, NULL, &to, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Transmit(snp, 0, 13, frame, NULL, NULL, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(snp->Transmit(snp, 0, 1519, buffer, NULL, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->GetStatus(snp, NULL, &back), EFI_SUCCESS);
    assert_null(back);

    assert_int_equal(snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL), EFI_SUCCESS);
    assert_memory_equal(card.frame, frame, 64);
    assert_int_equal(snp->Transmit(snp, 14, 64, buffer, NULL, &to, &type), EFI_SUCCESS);
    assert_memory_equal(card.frame, peer.Addr, 6);
    assert_memory_equal(card.frame + 6, snp->Mode->CurrentAddress.Addr, 6);
    assert_int_equal(card.frame[12] << 8 | card.frame[13], 0x0806);
    assert_memory_equal(buffer, card.frame, 14);
    assert_int_equal(snp->Transmit(snp, 14, 64, buffer + 64, &from, &to, &type), EFI_SUCCESS);
    assert_memory_equal(card.frame + 6, from.Addr, 6);

    assert_int_equal(snp->GetStatus(snp, &interrupts, &back), EFI_SUCCESS);
    assert_int_equal(interrupts, EFI_SIMPLE_NETWORK_TRANSMIT_INTERRUPT);
    assert_ptr_equal(back, frame);
    assert_int_equal(snp->GetStatus(snp, &interrupts, &back), EFI_SUCCESS);
    assert_int_equal(interrupts, 0);
    assert_ptr_equal(back, buffer);
    assert_int_equal(snp->GetStatus(snp, NULL, NULL), EFI_SUCCESS);
    assert_int_equal(snp->GetStatus(snp, NULL, &back), EFI_SUCCESS);
    assert_ptr_equal(back, buffer + 64);

    /* Whoever never asks for his buffers is stopped at some time, and not before. */
    unsigned count = 0;
    while (snp->Transmit(snp, 0, 64, frame + count % 8, NULL, NULL, NULL) == EFI_SUCCESS)
        count++;
    assert_int_equal(count, NETWORK_TRANSMIT_MAX);
    assert_int_equal(snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL), EFI_NOT_READY);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(snp->GetStatus(snp, NULL, &back), EFI_SUCCESS);
        assert_ptr_equal(back, frame + i % 8);
    }
    card.holds = true;
    for (count = 0; snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL) == EFI_SUCCESS;)
        count++;
    assert_int_equal(count, 32);
}

static EFI_STATUS get(size_t *size)
{
    return snp->Receive(snp, NULL, size, buffer, NULL, NULL, NULL);
}

static void receive(void **state)
{
    size_t header = 0, size = sizeof buffer;
    EFI_MAC_ADDRESS from, to;
    uint16_t type = 0;
    initialize();
    assert_int_equal(get(&size), EFI_NOT_READY);
    assert_int_equal(get(NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(efi_check_event(snp->WaitForPacket), EFI_NOT_READY);
    assert_true(virtio_net_model_deliver(&card, frame, 100));
    assert_int_equal(efi_check_event(snp->WaitForPacket), EFI_SUCCESS);
    uint32_t interrupts;
    assert_int_equal(snp->GetStatus(snp, &interrupts, NULL), EFI_SUCCESS);
    assert_int_equal(interrupts, EFI_SIMPLE_NETWORK_RECEIVE_INTERRUPT);
    size = 99;
    assert_int_equal(get(&size), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, 100);
    assert_int_equal(snp->Receive(snp, &header, &size, NULL, &from, &to, &type),
                     EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Receive(snp, &header, &size, buffer, &from, &to, &type), EFI_SUCCESS);
    assert_int_equal(size, 100);
    assert_int_equal(header, 14);
    assert_memory_equal(buffer, frame, 100);
    assert_memory_equal(&from, &peer, sizeof peer);
    assert_memory_equal(&to, &snp->Mode->CurrentAddress, sizeof to);
    assert_int_equal(type, frame[12] << 8 | frame[13]);
    assert_int_equal(get(&size), EFI_NOT_READY);

    /* A reset loses what waits. */
    assert_true(virtio_net_model_deliver(&card, frame, 100));
    assert_int_equal(snp->Reset(snp, true), EFI_SUCCESS);
    assert_int_equal(get(&size), EFI_NOT_READY);
    assert_true(virtio_net_model_deliver(&card, frame, 100));
    assert_int_equal(get(&size), EFI_SUCCESS);
}

static bool arrives(const uint8_t *destination)
{
    size_t size = sizeof buffer;
    memcpy(frame, destination, 6);
    assert_true(virtio_net_model_deliver(&card, frame, 64));
    return get(&size) == EFI_SUCCESS;
}

static void receive_filters(void **state)
{
    const uint8_t all[] = {255, 255, 255, 255, 255, 255};
    EFI_MAC_ADDRESS list[17], bad = peer;
    for (size_t i = 0; i < ARRAY_SIZE(list); i++)
        list[i] = group;
    initialize();
    assert_int_equal(snp->Mode->ReceiveFilterSetting, 5);
    assert_true(arrives(snp->Mode->CurrentAddress.Addr));
    assert_true(arrives(all));
    assert_false(arrives(group.Addr));
    assert_false(arrives(peer.Addr));
    assert_int_equal(snp->ReceiveFilters(snp, 0x20, 0, false, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 0, 0x20, false, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 2, 0, false, 0, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 2, 0, false, 1, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 2, 0, false, 17, list), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 2, 0, false, 1, &bad), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->ReceiveFilters(snp, 2, 1, false, 16, list), EFI_SUCCESS);
    assert_int_equal(snp->Mode->ReceiveFilterSetting, 6);
    assert_int_equal(snp->Mode->MCastFilterCount, 16);
    assert_int_equal(card.multicast_count, 16);
    assert_true(arrives(group.Addr));
    assert_false(arrives(snp->Mode->CurrentAddress.Addr));
    assert_int_equal(snp->Reset(snp, false), EFI_SUCCESS);
    assert_int_equal(snp->Mode->MCastFilterCount, 16);
    assert_true(arrives(group.Addr));
    assert_int_equal(snp->ReceiveFilters(snp, 0, 0, true, 0, NULL), EFI_SUCCESS);
    assert_int_equal(snp->Mode->ReceiveFilterSetting, 4);
    assert_int_equal(snp->Mode->MCastFilterCount, 0);
    assert_false(arrives(group.Addr));
    assert_int_equal(snp->ReceiveFilters(snp, 8, 0, false, 0, NULL), EFI_SUCCESS);
    assert_true(card.promiscuous);
    assert_true(arrives(peer.Addr));
    card.acknowledge = VIRTIO_NET_ERR;
    assert_int_equal(snp->ReceiveFilters(snp, 1, 0, false, 0, NULL), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Reset(snp, false), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Mode->State, EfiSimpleNetworkStarted);
    assert_int_equal(snp->Initialize(snp, 0, 0), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Mode->ReceiveFilterSetting, 0);
}

static void station_address(void **state)
{
    EFI_MAC_ADDRESS new = {{2, 7, 7, 7, 7, 7}}, bad = group;
    initialize();
    assert_int_equal(snp->StationAddress(snp, false, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->StationAddress(snp, false, &bad), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->StationAddress(snp, false, &new), EFI_SUCCESS);
    assert_memory_equal(snp->Mode->CurrentAddress.Addr, new.Addr, 6);
    assert_memory_equal(card.virtio.config, new.Addr, 6);
    assert_true(arrives(new.Addr));
    assert_false(arrives(snp->Mode->PermanentAddress.Addr));
    /* The device forgets it with each reset. */
    memcpy(card.virtio.config, snp->Mode->PermanentAddress.Addr, 6);
    assert_int_equal(snp->Reset(snp, false), EFI_SUCCESS);
    assert_memory_equal(card.virtio.config, new.Addr, 6);
    assert_int_equal(snp->StationAddress(snp, true, NULL), EFI_SUCCESS);
    assert_memory_equal(&snp->Mode->CurrentAddress, &snp->Mode->PermanentAddress, sizeof bad);
    snp->Mode->MacAddressChangeable = false;
    assert_int_equal(snp->StationAddress(snp, true, NULL), EFI_SUCCESS);
    assert_int_equal(snp->StationAddress(snp, false, &new), EFI_UNSUPPORTED);
}

static void statistics(void **state)
{
    EFI_NETWORK_STATISTICS s;
    size_t size = sizeof s;
    const uint8_t all[] = {255, 255, 255, 255, 255, 255};
    initialize();
    assert_int_equal(snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL), EFI_SUCCESS);
    assert_true(arrives(snp->Mode->CurrentAddress.Addr));
    assert_true(arrives(all));
    assert_false(arrives(group.Addr));
    assert_int_equal(snp->Statistics(snp, false, NULL, NULL), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->Statistics(snp, false, NULL, &s), EFI_INVALID_PARAMETER);
    size = 0;
    assert_int_equal(snp->Statistics(snp, true, &size, NULL), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(size, sizeof s);
    memset(&s, 0x5a, sizeof s);
    size = 8;
    assert_int_equal(snp->Statistics(snp, false, &size, &s), EFI_BUFFER_TOO_SMALL);
    assert_int_equal(s.RxTotalFrames, 3);
    assert_int_equal(s.RxGoodFrames, 0x5a5a5a5a5a5a5a5a);
    assert_int_equal(snp->Statistics(snp, true, &size, &s), EFI_SUCCESS);
    assert_int_equal(s.RxGoodFrames, 2);
    assert_int_equal(s.RxUnicastFrames, 1);
    assert_int_equal(s.RxBroadcastFrames, 1);
    assert_int_equal(s.RxMulticastFrames, 0);
    assert_int_equal(s.RxTotalBytes, 128);
    assert_int_equal(s.TxTotalFrames, 1);
    assert_int_equal(s.TxUnicastFrames, 1);
    assert_int_equal(s.TxTotalBytes, 64);
    assert_true(s.Collisions == UINT64_MAX && s.RxCrcErrorFrames == UINT64_MAX);
    assert_int_equal(snp->Statistics(snp, false, &size, &s), EFI_SUCCESS);
    assert_int_equal(s.RxTotalFrames, 0);
    assert_int_equal(snp->Statistics(snp, true, NULL, NULL), EFI_SUCCESS);
}

static void multicast_addresses(void **state)
{
    EFI_IP_ADDRESS v4 = {.v4 = {{224, 129, 2, 3}}}, v6 = {.v6 = {{0xff, 2}}};
    EFI_MAC_ADDRESS mac;
    v6.v6.Addr[15] = 0xfb;
    initialize();
    assert_int_equal(snp->MCastIpToMac(snp, false, &v4, &mac), EFI_SUCCESS);
    assert_memory_equal(mac.Addr, ((uint8_t[]){1, 0, 0x5e, 1, 2, 3}), 6);
    assert_int_equal(snp->MCastIpToMac(snp, true, &v6, &mac), EFI_SUCCESS);
    assert_memory_equal(mac.Addr, ((uint8_t[]){0x33, 0x33, 0, 0, 0, 0xfb}), 6);
    v4.v4.Addr[0] = 10;
    assert_int_equal(snp->MCastIpToMac(snp, false, &v4, &mac), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->MCastIpToMac(snp, true, &v4, &mac), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->MCastIpToMac(snp, true, NULL, &mac), EFI_INVALID_PARAMETER);
    assert_int_equal(snp->MCastIpToMac(snp, true, &v6, NULL), EFI_INVALID_PARAMETER);
}

static void the_link(void **state)
{
    initialize();
    assert_true(snp->Mode->MediaPresent);
    virtio_net_model_config(&card)->status = 0;
    fake_cpu.tsc += 1000000; /* 1 ms: nobody looks that often */
    assert_int_equal(snp->GetStatus(snp, NULL, NULL), EFI_SUCCESS);
    assert_true(snp->Mode->MediaPresent);
    fake_cpu.tsc += 100000000;
    assert_int_equal(snp->GetStatus(snp, NULL, NULL), EFI_SUCCESS);
    assert_false(snp->Mode->MediaPresent);
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 200 : honest;
}

static void a_dead_device(void **state)
{
    size_t size = sizeof buffer;
    initialize();
    card.virtio.lie = wrong_id;
    (void)virtio_net_model_deliver(&card, frame, 64);
    assert_int_equal(get(&size), EFI_DEVICE_ERROR);
    assert_int_equal(snp->GetStatus(snp, NULL, NULL), EFI_DEVICE_ERROR);
    assert_int_equal(snp->Transmit(snp, 0, 64, frame, NULL, NULL, NULL), EFI_DEVICE_ERROR);
    card.virtio.lie = NULL;
    assert_int_equal(snp->Reset(snp, false), EFI_SUCCESS);
    assert_true(virtio_net_model_deliver(&card, frame, 64));
    assert_int_equal(get(&size), EFI_SUCCESS);
}

static void somebody_holds_it(void **state)
{
    void *interface;
    EFI_HANDLE agent = NULL;
    static int something;
    static const EFI_GUID image = {1, 2, 3, {4}};
    assert_int_equal(
        efi_install_protocol_interface(&agent, &image, EFI_NATIVE_INTERFACE, &something),
        EFI_SUCCESS);
    assert_int_equal(efi_open_protocol(handle, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL), &interface,
                                       agent, NULL, EFI_OPEN_PROTOCOL_EXCLUSIVE),
                     EFI_SUCCESS);
    initialize();
    assert_int_equal(network_uninstall(handle, network, path), EFI_ACCESS_DENIED);
    size_t size = sizeof buffer;
    assert_true(virtio_net_model_deliver(&card, frame, 64));
    assert_int_equal(get(&size), EFI_SUCCESS);
    assert_int_equal(efi_close_protocol(handle, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL), agent, NULL),
                     EFI_SUCCESS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(states),
        TEST(transmit),
        TEST(receive),
        TEST(receive_filters),
        TEST(station_address),
        TEST(statistics),
        TEST(the_link),
        TEST(a_dead_device),
        TEST(multicast_addresses),
        TEST(somebody_holds_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
