/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Frames in and out (UEFI 2.10 §24.1: GetStatus, Transmit, Receive). */
#include "core/time.h"
#include "efi/protocols/simple_network.h"
#include "efi/tpl.h"
#include "lib/memory.h"

/* Of frames that the filter does not want no more than these are passed over at a time. */
#define FRAMES_AT_A_TIME 64u

/* Reading the link is an access to the device, and callers poll as fast as they can. */
#define LINK_PERIOD_US 100000u

/* Where things are in a frame. */
#define DESTINATION 0
#define SOURCE      NET_ADDRESS_SIZE
#define TYPE        (2 * NET_ADDRESS_SIZE)

/* Which counter a frame to `destination` adds to. */
static uint64_t *counter_of(const uint8_t *destination, uint64_t *unicast, uint64_t *multicast,
                            uint64_t *broadcast)
{
    if (net_is_broadcast(destination))
        return broadcast;
    return net_is_multicast(destination) ? multicast : unicast;
}

static void count_received(EFI_NETWORK_STATISTICS *s, const uint8_t *frame, size_t size)
{
    s->RxGoodFrames++;
    s->RxTotalBytes += size;
    ++*counter_of(frame, &s->RxUnicastFrames, &s->RxMulticastFrames, &s->RxBroadcastFrames);
}

static void count_sent(EFI_NETWORK_STATISTICS *s, const uint8_t *frame, size_t size)
{
    s->TxTotalFrames++;
    s->TxGoodFrames++;
    s->TxTotalBytes += size;
    ++*counter_of(frame, &s->TxUnicastFrames, &s->TxMulticastFrames, &s->TxBroadcastFrames);
}

EFI_STATUS network_look_for_frame(struct network *network)
{
    struct net_device *device = network->device;
    for (unsigned i = 0; network->frame_size == 0 && i < FRAMES_AT_A_TIME; i++) {
        size_t size;
        EFI_STATUS status = device->operations->receive(device, network->frame, &size);
        if (EFI_ERROR(status))
            return status;
        network->statistics.RxTotalFrames++;
        if (!net_filter_accepts(&network->filter, network->frame))
            continue;
        network->frame_size = size;
        network->interrupts |= EFI_SIMPLE_NETWORK_RECEIVE_INTERRUPT;
        count_received(&network->statistics, network->frame, size);
    }
    return network->frame_size > 0 ? EFI_SUCCESS : EFI_NOT_READY;
}

void network_look_at_link(struct network *network)
{
    uint64_t now = time_now_ticks();
    if (!network->mode.MediaPresentSupported ||
        now - network->link_seen < time_ticks_from_us(LINK_PERIOD_US))
        return;
    network->link_seen = now;
    network->mode.MediaPresent = network->device->operations->link_is_up(network->device);
}

/* Takes what the device has sent. */
static void collect_sent(struct network *network)
{
    void *buffer;
    while (network->in_flight > 0 &&
           (buffer = network->device->operations->transmitted(network->device)) != NULL) {
        unsigned last = (network->sent_first + network->sent_count) % NETWORK_TRANSMIT_MAX;
        network->sent[last] = buffer;
        network->sent_count++;
        network->in_flight--;
        network->interrupts |= EFI_SIMPLE_NETWORK_TRANSMIT_INTERRUPT;
    }
}

static void *take_sent(struct network *network)
{
    if (network->sent_count == 0)
        return NULL;
    void *buffer = network->sent[network->sent_first];
    network->sent_first = (network->sent_first + 1) % NETWORK_TRANSMIT_MAX;
    network->sent_count--;
    return buffer;
}

static EFI_STATUS EFIAPI get_status(EFI_SIMPLE_NETWORK_PROTOCOL *This, uint32_t *InterruptStatus,
                                    void **TxBuf)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status)) {
        network_look_at_link(network);
        collect_sent(network);
        if (network_look_for_frame(network) == EFI_DEVICE_ERROR)
            status = EFI_DEVICE_ERROR;
        if (InterruptStatus != NULL) {
            *InterruptStatus = network->interrupts;
            network->interrupts = 0;
        }
        if (TxBuf != NULL)
            *TxBuf = take_sent(network);
    }
    efi_restore_tpl(tpl);
    return status;
}

/* Writes the media header to the beginning of the caller's buffer, as the specification has it. */
static void build_header(const struct network *network, uint8_t *frame,
                         const EFI_MAC_ADDRESS *source, const EFI_MAC_ADDRESS *destination,
                         uint16_t type)
{
    if (source == NULL)
        source = &network->mode.CurrentAddress;
    memcpy(frame + DESTINATION, destination->Addr, NET_ADDRESS_SIZE);
    memcpy(frame + SOURCE, source->Addr, NET_ADDRESS_SIZE);
    frame[TYPE] = (uint8_t)(type >> 8);
    frame[TYPE + 1] = (uint8_t)type;
}

static EFI_STATUS send(struct network *network, void *buffer, size_t size)
{
    collect_sent(network);
    if (network->in_flight + network->sent_count >= NETWORK_TRANSMIT_MAX)
        return EFI_NOT_READY;
    EFI_STATUS status =
        network->device->operations->transmit(network->device, buffer, size, buffer);
    if (EFI_ERROR(status))
        return status;
    network->in_flight++;
    count_sent(&network->statistics, buffer, size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI transmit(EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t HeaderSize,
                                  size_t BufferSize, void *Buffer, EFI_MAC_ADDRESS *SrcAddr,
                                  EFI_MAC_ADDRESS *DestAddr, uint16_t *Protocol)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (EFI_ERROR(status)) {
        /* nothing of the parameters matters */
    } else if (Buffer == NULL || (HeaderSize != 0 && HeaderSize != NET_HEADER_SIZE) ||
               (HeaderSize != 0 && (DestAddr == NULL || Protocol == NULL))) {
        status = EFI_INVALID_PARAMETER;
    } else if (BufferSize < NET_HEADER_SIZE) {
        status = EFI_BUFFER_TOO_SMALL;
    } else if (BufferSize > net_frame_max(network->device)) {
        status = EFI_INVALID_PARAMETER;
    } else {
        if (HeaderSize != 0)
            build_header(network, Buffer, SrcAddr, DestAddr, *Protocol);
        status = send(network, Buffer, BufferSize);
    }
    efi_restore_tpl(tpl);
    return status;
}

static void copy_address(EFI_MAC_ADDRESS *to, const uint8_t *from)
{
    if (to == NULL)
        return;
    memset(to, 0, sizeof *to);
    memcpy(to->Addr, from, NET_ADDRESS_SIZE);
}

static EFI_STATUS EFIAPI receive(EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t *HeaderSize,
                                 size_t *BufferSize, void *Buffer, EFI_MAC_ADDRESS *SrcAddr,
                                 EFI_MAC_ADDRESS *DestAddr, uint16_t *Protocol)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    const uint8_t *frame = network->frame;
    if (!EFI_ERROR(status))
        status = BufferSize == NULL || Buffer == NULL ? EFI_INVALID_PARAMETER
                                                      : network_look_for_frame(network);
    if (EFI_ERROR(status)) {
        /* no frame */
    } else if (*BufferSize < network->frame_size) {
        *BufferSize = network->frame_size;
        status = EFI_BUFFER_TOO_SMALL; /* the frame stays */
    } else {
        memcpy(Buffer, frame, network->frame_size);
        *BufferSize = network->frame_size;
        if (HeaderSize != NULL)
            *HeaderSize = NET_HEADER_SIZE;
        copy_address(DestAddr, frame + DESTINATION);
        copy_address(SrcAddr, frame + SOURCE);
        if (Protocol != NULL)
            *Protocol = (uint16_t)(frame[TYPE] << 8 | frame[TYPE + 1]);
        network->frame_size = 0;
    }
    efi_restore_tpl(tpl);
    return status;
}

void network_frames_fill(EFI_SIMPLE_NETWORK_PROTOCOL *protocol)
{
    protocol->GetStatus = get_status;
    protocol->Transmit = transmit;
    protocol->Receive = receive;
}
