/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/virtio_net.h"
#include "vmm/pci_devices.h"
#include "vmm/peer.h"

#define QUEUE_SIZE 256
#define FRAME_MAX  65536u

/* Cloud Hypervisor's offer, by the bits of virtio 1.2 §5.1.3: checksums, offloads, segmentation of
 * both sides, the announcement; of the control queue's classes only that of offloads. */
#define F_CSUM                0x1ull
#define F_GUEST_CSUM          0x2ull
#define F_CTRL_GUEST_OFFLOADS 0x4ull
#define F_SEGMENTATION        0x7f80ull /* GUEST_TSO4 to HOST_UFO */
#define F_GUEST_ANNOUNCE      (1ull << 21)
#define F_MQ                  (1ull << 22)

struct card {
    struct virtio_net_model net;
    struct virtio_pci_model pci;
    struct vm *vm;
    int fd;
};

/* As a tap device has it: a header in front of each frame. */
struct packet {
    struct virtio_net_hdr header;
    uint8_t frame[FRAME_MAX];
};

static struct card cards[NETS_MAX];

static void send_frame(struct virtio_net_model *model, const void *frame, size_t size)
{
    static struct packet packet;
    struct card *card = (struct card *)model; /* its first member */
    memcpy(packet.frame, frame, size);
    /* What nobody takes is lost, as on a wire. */
    ssize_t done = write(card->fd, &packet, sizeof packet.header + size);
    (void)done;
}

static void *receive_frames(void *context)
{
    struct card *card = context;
    static __thread struct packet packet;
    ssize_t size;
    while ((size = read(card->fd, &packet, sizeof packet)) > (ssize_t)sizeof packet.header) {
        pthread_mutex_lock(&card->vm->lock);
        if (card->vm->ending == END_RUNNING)
            (void)virtio_net_model_deliver(&card->net, packet.frame,
                                           (size_t)size - sizeof packet.header);
        pthread_mutex_unlock(&card->vm->lock);
    }
    return NULL;
}

static int connect_peer(void)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
        die("no socket pair");
    peer_start(ends[1]);
    return ends[0];
}

void add_net(struct vm *vm, unsigned index)
{
    const struct net_options *options = &vm->options->nets[index];
    struct card *card = &cards[index];
    pthread_t thread;
    *card = (struct card){.vm = vm, .fd = options->fd >= 0 ? options->fd : connect_peer()};
    uint64_t features = F_CSUM | F_GUEST_CSUM | F_CTRL_GUEST_OFFLOADS | F_SEGMENTATION |
                        F_GUEST_ANNOUNCE | F_MQ | VIRTIO_NET_F_MAC | VIRTIO_NET_F_MTU |
                        VIRTIO_NET_F_STATUS | VIRTIO_NET_F_CTRL_VQ | VIRTIO_F_EVENT_IDX;
    virtio_net_model_init(&card->net, &vm->bus, features, QUEUE_SIZE);
    memcpy(virtio_net_model_config(&card->net)->mac, options->mac, sizeof options->mac);
    card->net.send = send_frame;
    add_pci_device(vm, &card->pci, &card->net.virtio, &options->place, false);
    if (pthread_create(&thread, NULL, receive_frames, card) != 0)
        die("no thread for frames");
    pthread_detach(thread);
}
