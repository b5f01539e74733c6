/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>

#include "core/net.h"
#include "drivers/virtio/net.h"
#include "models/fuzz_bytes.h"
#include "models/hostile.h"
#include "models/virtio_machine.h"
#include "models/virtio_net.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A network card that lies about everything. */

/* The drivers are found by a linker table: this takes them out of the library. */
__attribute__((used)) static EFI_STATUS (*const linked[])(struct virtio_device *,
                                                          struct device_instance **) = {
    virtio_net_start};

static struct fuzz_bytes input;

/* Buffers of exactly their size, so that ASan sees a byte too many. */
static void send(struct net_device *net)
{
    size_t size = fuzz_take(&input, 2) % net_frame_max(net);
    size = size < NET_HEADER_SIZE ? NET_HEADER_SIZE : size;
    uint8_t *frame = calloc(1, size);
    static int token;
    (void)!net->operations->transmit(net, frame, size, &token);
    void *back = net->operations->transmitted(net);
    if (back != NULL && back != &token)
        abort();
    free(frame);
}

static void receive(struct net_device *net)
{
    uint8_t *frame = malloc(net_frame_max(net));
    size_t size = 0;
    if (!EFI_ERROR(net->operations->receive(net, frame, &size)) &&
        (size < NET_HEADER_SIZE || size > net_frame_max(net)))
        abort();
    free(frame);
}

static void deliver(struct virtio_net_model *card)
{
    static const uint8_t frame[UINT16_MAX];
    (void)virtio_net_model_deliver(card, frame, fuzz_take(&input, 2));
}

static void use(struct net_device *net, struct virtio_net_model *card)
{
    unsigned what = (unsigned)fuzz_take(&input, 1);
    struct net_filter filter = {.accept = what, .multicast_count = what % NET_MULTICAST_MAX};
    switch (what % 8) {
    case 0:
    case 1:
        deliver(card);
        break;
    case 2:
    case 3:
        receive(net);
        break;
    case 4:
        send(net);
        break;
    case 5:
        (void)net->operations->link_is_up(net);
        card->holds = what & 0x80;
        card->mute = what & 0x40;
        break;
    case 6:
        (void)!net->operations->set_filter(net, &filter);
        (void)!net->operations->set_address(net, filter.station);
        break;
    default:
        if (what < 0xe0) { /* opening takes much memory and time */
            deliver(card);
            receive(net);
            break;
        }
        net->operations->close(net);
        (void)!net->operations->open(net);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct virtio_machine machine;
    static struct virtio_net_model card;
    card = (struct virtio_net_model){.echoes = true};
    input = (struct fuzz_bytes){data, size};
    virtio_machine_init(&machine);
    fake_cpu.tsc_step = 100000000;
    hostile_begin(data, size);

    uint64_t choice = fuzz_take(&input, 1);
    virtio_net_model_init(&card, &machine.bus, fuzz_take(&input, 4), 1 + fuzz_take(&input, 1));
    card.virtio.lie = fuzz_virtio_lie;
    card.virtio.lie_context = &input;
    virtio_machine_plug(&machine, &card.virtio, choice & 1 ? 0x1000 : 0);
    card.virtio.memory = hostile_memory;
    machine.modern.pci.corrupt = fuzz_corrupt_config;
    machine.modern.pci.corrupt_context = &input;
    /* What cannot be reset keeps its memory, on purpose. */
    card.virtio.never_resets = hostile_one_in(8);
    if (card.virtio.never_resets)
        __lsan_disable();
    for (unsigned i = 0; i < 2; i++) {
        if (EFI_ERROR(virtio_machine_start(&machine)))
            continue;
        struct net_device *net = machine.interface->network;
        (void)!net->operations->open(net);
        for (unsigned step = 0; step < 48 && input.size > 0; step++)
            use(net, &card);
        if (choice & 2)
            machine.driver->quiesce(machine.instance);
        virtio_machine_stop(&machine);
    }
    if (card.virtio.never_resets)
        __lsan_enable();
    hostile_end();
    virtio_machine_free(&machine);
    return 0;
}
