/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/virtio_net.h"
#include "vmm/kind.h"
#include "vmm/peer.h"
#include "vmm/virtio_devices.h"

#define QUEUE_SIZE 256
#define FRAME_MAX  65536u

struct card {
    struct virtio_net_model net;
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
    virtio_net_model_init(&card->net, &vm->bus, vm->options->kind->net_features, QUEUE_SIZE);
    memcpy(virtio_net_model_config(&card->net)->mac, options->mac, sizeof options->mac);
    card->net.send = send_frame;
    vm->options->kind->plug(vm, &card->net.virtio, &options->place, false);
    if (pthread_create(&thread, NULL, receive_frames, card) != 0)
        die("no thread for frames");
    pthread_detach(thread);
}
