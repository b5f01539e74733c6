/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sanitizer/lsan_interface.h>

#include "core/net.h"
#include "drivers/virtio/net.h"
#include "host/pool.h"
#include "models/virtio_machine.h"
#include "models/virtio_net.h"

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_net_start};

#define OFFLOADS 0x7f83ull /* checksums and segmentation: of no use here */
#define CH_FEATURES                                                                                \
    (VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_MTU | VIRTIO_NET_F_CTRL_VQ | OFFLOADS | \
     VIRTIO_F_EVENT_IDX)
#define QEMU_FEATURES (CH_FEATURES | VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_MAC_ADDR)
#define BASIC         (VIRTIO_NET_F_MAC | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_MTU)

static struct virtio_machine m;
static struct virtio_net_model card;
static struct net_device *net;
static uint8_t frame[1600], buffer[70000];
static int tokens[200];

static int set_up(void **state)
{
    virtio_machine_init(&m);
    m.bus.strict = true;
    memset(&card, 0, sizeof card);
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(i * 3);
    return 0;
}

static int tear_down(void **state)
{
    virtio_machine_free(&m);
    assert_false(m.bus.failed);
    host_fail_allocation_after(SIZE_MAX);
    return 0;
}

static void start(uint64_t features, uint16_t queue_size, uint16_t legacy_id)
{
    virtio_net_model_init(&card, &m.bus, features, queue_size);
    virtio_machine_plug(&m, &card.virtio, legacy_id);
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    assert_string_equal(m.driver->name, "virtio-net");
    assert_int_equal(m.driver->class, DEVICE_NETWORK);
    net = m.interface->network;
    assert_int_equal(m.interface->unit.kind, UNIT_NETWORK);
    assert_memory_equal(m.interface->unit.network.address, net->permanent, NET_ADDRESS_SIZE);
    assert_int_equal(card.virtio.status, 0); /* it is not running yet */
}

static void open(uint64_t features, uint16_t queue_size, uint16_t legacy_id)
{
    start(features, queue_size, legacy_id);
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
}

static EFI_STATUS get(size_t *size)
{
    return net->operations->receive(net, buffer, size);
}

static void frames_go_out_and_in(bool legacy)
{
    size_t size;
    open(QEMU_FEATURES, 256, legacy ? 0x1000 : 0);
    assert_int_equal(net->operations->open(net), EFI_ALREADY_STARTED);
    assert_int_equal(get(&size), EFI_NOT_READY);
    for (unsigned i = 0; i < 300; i++) {
        size = 60 + i;
        assert_int_equal(net->operations->transmit(net, frame, size, &tokens[i % 7]), EFI_SUCCESS);
        assert_int_equal(card.frame_size, size);
        assert_memory_equal(card.frame, frame, size);
        assert_ptr_equal(net->operations->transmitted(net), &tokens[i % 7]);
        assert_null(net->operations->transmitted(net));
        assert_true(virtio_net_model_deliver(&card, frame, size));
        size_t back = 0;
        assert_int_equal(get(&back), EFI_SUCCESS);
        assert_int_equal(back, size);
        assert_memory_equal(buffer, frame, size);
    }
    assert_int_equal(card.sent, 300);
    /* Buffers are told of many at a time. */
    assert_in_range(card.virtio.notifications, 300, 300 + 1 + 300 / 16);
    net->operations->close(net);
    assert_int_equal(card.virtio.status, 0);
    assert_int_equal(get(&size), EFI_DEVICE_ERROR);
    assert_int_equal(net->operations->transmit(net, frame, 60, frame), EFI_DEVICE_ERROR);
    assert_null(net->operations->transmitted(net));
    assert_false(net->operations->link_is_up(net));
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
    assert_true(virtio_net_model_deliver(&card, frame, 60));
    assert_int_equal(get(&size), EFI_SUCCESS);
}

static void modern(void **state)
{
    frames_go_out_and_in(false);
    assert_int_equal(card.virtio.acknowledged, VIRTIO_F_VERSION_1 | BASIC | VIRTIO_NET_F_CTRL_VQ |
                                                   VIRTIO_NET_F_CTRL_RX |
                                                   VIRTIO_NET_F_CTRL_MAC_ADDR);
}

static void legacy(void **state)
{
    frames_go_out_and_in(true);
    assert_true(net->address_can_change);
}

/* What is acknowledged there stays so for the OS. */
static void cloud_hypervisor_keeps_its_control_queue(void **state)
{
    open(CH_FEATURES, 256, 0);
    assert_int_equal(card.virtio.acknowledged, VIRTIO_F_VERSION_1 | BASIC);
    assert_false(net->address_can_change);
    assert_true(net->tells_link);
    const struct net_filter filter = {.accept = NET_PROMISCUOUS};
    assert_int_equal(net->operations->set_filter(net, &filter), EFI_SUCCESS);
    assert_int_equal(net->operations->set_address(net, frame), EFI_UNSUPPORTED);
    assert_int_equal(card.commands, 0);
}

static void the_link_and_the_mtu(void **state)
{
    open(CH_FEATURES, 256, 0);
    assert_int_equal(net->mtu, 1500);
    assert_true(net->operations->link_is_up(net));
    virtio_net_model_config(&card)->status = 0;
    assert_false(net->operations->link_is_up(net));
    virtio_machine_stop(&m);
    virtio_net_model_config(&card)->mtu = 9000;
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    net = m.interface->network;
    assert_int_equal(net->mtu, 9000);
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
    static uint8_t jumbo[9014];
    jumbo[9013] = 1;
    assert_true(virtio_net_model_deliver(&card, jumbo, sizeof jumbo));
    size_t size;
    assert_int_equal(get(&size), EFI_SUCCESS);
    assert_int_equal(size, sizeof jumbo);
    assert_memory_equal(buffer, jumbo, sizeof jumbo);
    virtio_machine_stop(&m);
    virtio_net_model_config(&card)->mtu = 67;
    assert_int_equal(virtio_machine_start(&m), EFI_UNSUPPORTED);
    assert_int_equal(card.virtio.status, 0);
}

static void an_address_is_made_up(void **state)
{
    start(0, 256, 0);
    assert_true(net_is_station(net->permanent));
    assert_int_equal(net->permanent[0], 2);
    assert_false(net->tells_link);
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
    assert_true(net->operations->link_is_up(net));
    virtio_machine_stop(&m);
    /* One that is a group's is none. */
    card.virtio.offered |= VIRTIO_NET_F_MAC;
    card.virtio.config[0] = 0x33;
    assert_int_equal(virtio_machine_start(&m), EFI_SUCCESS);
    assert_int_equal(m.interface->network->permanent[0], 2);
}

static void commands(void **state)
{
    open(QEMU_FEATURES, 256, 0);
    struct net_filter filter = {.accept = NET_MULTICAST, .multicast_count = 2};
    filter.multicast[1][0] = 0x33;
    assert_int_equal(net->operations->set_filter(net, &filter), EFI_SUCCESS);
    assert_false(card.promiscuous || card.all_multicast);
    assert_int_equal(card.multicast_count, 2);
    assert_int_equal(card.multicast[1][0], 0x33);
    filter.accept = NET_PROMISCUOUS | NET_PROMISCUOUS_MULTICAST;
    assert_int_equal(net->operations->set_filter(net, &filter), EFI_SUCCESS);
    assert_true(card.promiscuous && card.all_multicast);
    assert_int_equal(card.multicast_count, 0);
    const uint8_t address[NET_ADDRESS_SIZE] = {2, 1, 2, 3, 4, 5};
    assert_int_equal(net->operations->set_address(net, address), EFI_SUCCESS);
    assert_memory_equal(card.virtio.config, address, sizeof address);

    card.acknowledge = VIRTIO_NET_ERR;
    assert_int_equal(net->operations->set_address(net, address), EFI_DEVICE_ERROR);
    assert_int_equal(net->operations->set_filter(net, &filter), EFI_DEVICE_ERROR);
    card.mute = true; /* ends in a reset, since the buffers are the device's */
    assert_int_equal(net->operations->set_address(net, address), EFI_DEVICE_ERROR);
    assert_int_equal(card.virtio.status, 0);
    assert_int_equal(net->operations->set_filter(net, &filter), EFI_DEVICE_ERROR);
    assert_int_equal(net->operations->set_address(net, address), EFI_DEVICE_ERROR);
}

static void a_legacy_device_is_told_its_address(void **state)
{
    open(BASIC, 256, 0x1000);
    const uint8_t address[NET_ADDRESS_SIZE] = {2, 1, 2, 3, 4, 5};
    assert_int_equal(net->operations->set_address(net, address), EFI_SUCCESS);
    assert_memory_equal(card.virtio.config, address, sizeof address);
}

static void a_full_queue(void **state)
{
    size_t size;
    open(BASIC, 16, 0);
    card.holds = true;
    unsigned count = 0;
    while (net->operations->transmit(net, frame, 64, &tokens[count]) == EFI_SUCCESS)
        count++;
    assert_int_equal(count, 8);
    assert_null(net->operations->transmitted(net));
    virtio_net_model_release(&card);
    for (unsigned i = 0; i < count; i++)
        assert_ptr_equal(net->operations->transmitted(net), &tokens[i]);
    for (count = 0; virtio_net_model_deliver(&card, frame, 64 + count);)
        count++;
    assert_int_equal(count, 8);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(get(&size), EFI_SUCCESS);
        assert_int_equal(size, 64 + i);
    }
    assert_true(virtio_net_model_deliver(&card, frame, 1518));
    /* What is too long or too short for a frame is passed over. */
    assert_false(virtio_net_model_deliver(&card, frame, 1519));
    assert_true(virtio_net_model_deliver(&card, frame, 13));
    assert_int_equal(get(&size), EFI_SUCCESS);
    assert_int_equal(size, 1518);
    assert_int_equal(get(&size), EFI_NOT_READY);
}

static uint64_t wrong_id(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_USED_ID ? 200 : honest;
}

static uint64_t other_features(void *context, enum virtio_lie what, uint64_t honest)
{
    return what == LIE_FEATURES ? honest ^ VIRTIO_NET_F_STATUS : honest;
}

static void faults_end(void **state)
{
    size_t size;
    open(QEMU_FEATURES, 256, 0);
    card.virtio.lie = wrong_id;
    (void)virtio_net_model_deliver(&card, frame, 60);
    assert_int_equal(get(&size), EFI_DEVICE_ERROR);
    assert_int_equal(card.virtio.status, 0);
    assert_int_equal(net->operations->transmit(net, frame, 60, frame), EFI_DEVICE_ERROR);
    net->operations->close(net);
    card.virtio.lie = NULL;
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
    card.virtio.lie = wrong_id;
    assert_int_equal(net->operations->transmit(net, frame, 60, frame), EFI_SUCCESS);
    assert_null(net->operations->transmitted(net));
    assert_int_equal(get(&size), EFI_DEVICE_ERROR);
    net->operations->close(net);
    assert_int_equal(net->operations->open(net), EFI_SUCCESS);
    assert_int_equal(net->operations->set_address(net, net->permanent), EFI_DEVICE_ERROR);
    net->operations->close(net);

    card.virtio.lie = other_features;
    assert_int_equal(net->operations->open(net), EFI_DEVICE_ERROR);
    card.virtio.lie = NULL;
    card.virtio.queues[VIRTIO_NET_CONTROL].max = card.virtio.queues[VIRTIO_NET_CONTROL].size = 0;
    assert_int_equal(net->operations->open(net), EFI_UNSUPPORTED);
    card.virtio.queues[VIRTIO_NET_CONTROL].max = card.virtio.queues[VIRTIO_NET_CONTROL].size = 64;
    for (size_t n = 0; n < 9; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(net->operations->open(net), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
    virtio_machine_stop(&m);
    for (size_t n = 0; n < 2; n++) {
        host_fail_allocation_after(n);
        assert_int_equal(virtio_machine_start(&m), EFI_OUT_OF_RESOURCES);
    }
    host_fail_allocation_after(SIZE_MAX);
}

static void one_that_does_not_reset(void **state)
{
    __lsan_disable(); /* what a stuck device may write to is leaked on purpose */
    open(BASIC, 256, 0);
    __lsan_enable();
    card.virtio.never_resets = true;
    net->operations->close(net);
    assert_false(pci_model_bus_master(&m.modern.pci));
    assert_int_equal(net->operations->open(net), EFI_DEVICE_ERROR);
    virtio_machine_stop(&m);
    assert_int_equal(virtio_machine_start(&m), EFI_TIMEOUT);
}

static void nothing_runs_after_boot_services(void **state)
{
    open(BASIC, 256, 0);
    m.driver->quiesce(m.instance);
    assert_int_equal(card.virtio.status, 0);
    assert_false(pci_model_bus_master(&m.modern.pci));
    size_t size;
    assert_int_equal(get(&size), EFI_DEVICE_ERROR);
}

static void filters(void **state)
{
    struct net_filter filter = {.station = {2, 0, 0, 0, 0, 1}, .multicast_count = 1};
    const uint8_t other[] = {2, 0, 0, 0, 0, 2}, all[] = {255, 255, 255, 255, 255, 255},
                  listed[] = {1, 0, 0x5e, 0, 0, 1}, group[] = {0x33, 0x33, 0, 0, 0, 1};
    const uint8_t *const addresses[] = {filter.station, other, all, listed, group};
    static const struct {
        uint32_t accept;
        const char *expected;
    } cases[] = {
        {0, "....."},
        {NET_UNICAST, "u...."},
        {NET_BROADCAST, "..b.."},
        {NET_MULTICAST, "...l."},
        {NET_PROMISCUOUS_MULTICAST, "...lg"},
        {NET_UNICAST | NET_BROADCAST, "u.b.."},
        {NET_PROMISCUOUS, "uoblg"},
    };
    memcpy(filter.multicast[0], listed, sizeof listed);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        filter.accept = cases[i].accept;
        for (size_t a = 0; a < ARRAY_SIZE(addresses); a++)
            assert_int_equal(net_filter_accepts(&filter, addresses[a]),
                             cases[i].expected[a] != '.');
    }
    const uint8_t none[NET_ADDRESS_SIZE] = {0};
    assert_false(net_is_station(none));
    assert_false(net_is_station(all));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(modern),
        TEST(legacy),
        TEST(cloud_hypervisor_keeps_its_control_queue),
        TEST(the_link_and_the_mtu),
        TEST(an_address_is_made_up),
        TEST(commands),
        TEST(a_legacy_device_is_told_its_address),
        TEST(a_full_queue),
        TEST(faults_end),
        TEST(one_that_does_not_reset),
        TEST(nothing_runs_after_boot_services),
        cmocka_unit_test(filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
