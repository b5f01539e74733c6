/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* States of the interface (UEFI 2.10 §24.1: Start, Stop, Initialize, Reset, Shutdown). */
#include "efi/protocols/simple_network.h"

#include "core/pool.h"
#include "core/time.h"
#include "efi/event.h"
#include "efi/handle.h"
#include "efi/multiple.h"
#include "efi/tpl.h"
#include "lib/memory.h"

#define IF_TYPE_ETHERNET 1

EFI_STATUS network_check(const struct network *network)
{
    switch (network->mode.State) {
    case EfiSimpleNetworkStopped:
        return EFI_NOT_STARTED;
    case EfiSimpleNetworkInitialized:
        return EFI_SUCCESS;
    default:
        return EFI_DEVICE_ERROR;
    }
}

static EFI_STATUS EFIAPI start(EFI_SIMPLE_NETWORK_PROTOCOL *This)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    if (network->mode.State != EfiSimpleNetworkStopped)
        return EFI_ALREADY_STARTED;
    network->mode.State = EfiSimpleNetworkStarted;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stop(EFI_SIMPLE_NETWORK_PROTOCOL *This)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    if (network->mode.State == EfiSimpleNetworkStopped)
        return EFI_NOT_STARTED;
    if (network->mode.State != EfiSimpleNetworkStarted)
        return EFI_DEVICE_ERROR;
    network->mode.State = EfiSimpleNetworkStopped;
    return EFI_SUCCESS;
}

/* Forgets every frame, in and out. */
static void empty_queues(struct network *network)
{
    network->frame_size = 0;
    network->sent_count = 0;
    network->in_flight = 0;
    network->interrupts = 0;
}

static void close_device(struct network *network)
{
    network->device->operations->close(network->device);
    empty_queues(network);
}

/* Opens the device with the settings that the mode shows. */
static EFI_STATUS open_device(struct network *network)
{
    EFI_STATUS status = network->device->operations->open(network->device);
    if (EFI_ERROR(status))
        return status;
    status = network_apply_settings(network);
    if (EFI_ERROR(status)) {
        close_device(network);
        return status;
    }
    network->link_seen = time_now_ticks();
    network->mode.MediaPresent = network->device->operations->link_is_up(network->device);
    return EFI_SUCCESS;
}

static EFI_STATUS start_traffic(struct network *network)
{
    network->frame = pool_alloc(net_frame_max(network->device));
    if (network->frame == NULL)
        return EFI_OUT_OF_RESOURCES;
    network->mode.ReceiveFilterSetting =
        EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST;
    EFI_STATUS status = open_device(network);
    if (EFI_ERROR(status)) {
        network->mode.ReceiveFilterSetting = 0;
        pool_free(network->frame);
        network->frame = NULL;
        return status;
    }
    network->mode.State = EfiSimpleNetworkInitialized;
    return EFI_SUCCESS;
}

static void stop_traffic(struct network *network)
{
    close_device(network);
    pool_free(network->frame);
    network->frame = NULL;
    network->mode.ReceiveFilterSetting = 0;
    network->mode.MCastFilterCount = 0;
    network->mode.State = EfiSimpleNetworkStarted;
}

static EFI_STATUS EFIAPI initialize(EFI_SIMPLE_NETWORK_PROTOCOL *This, size_t ExtraRxBufferSize,
                                    size_t ExtraTxBufferSize)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status;
    if (network->mode.State == EfiSimpleNetworkStopped)
        status = EFI_NOT_STARTED;
    else if (network->mode.State != EfiSimpleNetworkStarted)
        status = EFI_DEVICE_ERROR;
    else if (ExtraRxBufferSize != 0 || ExtraTxBufferSize != 0)
        status = EFI_UNSUPPORTED;
    else
        status = start_traffic(network);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI reset(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool ExtendedVerification)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status)) {
        close_device(network);
        status = open_device(network);
        if (EFI_ERROR(status)) {
            stop_traffic(network);
            status = EFI_DEVICE_ERROR;
        }
    }
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS EFIAPI shutdown(EFI_SIMPLE_NETWORK_PROTOCOL *This)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status))
        stop_traffic(network);
    efi_restore_tpl(tpl);
    return status;
}

/* The event's notify-wait function: asked while somebody waits for a packet. */
static void EFIAPI check_packet(EFI_EVENT event, void *context)
{
    struct network *network = context;
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    if (network->mode.State == EfiSimpleNetworkInitialized &&
        !EFI_ERROR(network_look_for_frame(network)))
        (void)efi_signal_event(event);
    efi_restore_tpl(tpl);
}

static void fill_mode(struct network *network)
{
    const struct net_device *device = network->device;
    EFI_SIMPLE_NETWORK_MODE *mode = &network->mode;
    mode->State = EfiSimpleNetworkStopped;
    mode->HwAddressSize = NET_ADDRESS_SIZE;
    mode->MediaHeaderSize = NET_HEADER_SIZE;
    mode->MaxPacketSize = device->mtu;
    mode->ReceiveFilterMask =
        EFI_SIMPLE_NETWORK_RECEIVE_UNICAST | EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST |
        EFI_SIMPLE_NETWORK_RECEIVE_BROADCAST | EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS |
        EFI_SIMPLE_NETWORK_RECEIVE_PROMISCUOUS_MULTICAST;
    mode->MaxMCastFilterCount = MAX_MCAST_FILTER_CNT;
    memcpy(mode->PermanentAddress.Addr, device->permanent, NET_ADDRESS_SIZE);
    mode->CurrentAddress = mode->PermanentAddress;
    memset(mode->BroadcastAddress.Addr, 0xff, NET_ADDRESS_SIZE);
    mode->IfType = IF_TYPE_ETHERNET;
    mode->MacAddressChangeable = device->address_can_change;
    mode->MultipleTxSupported = true;
    mode->MediaPresentSupported = device->tells_link;
    mode->MediaPresent = true; /* until it is known better */
}

EFI_STATUS network_install(EFI_HANDLE *handle, struct net_device *device,
                           EFI_DEVICE_PATH_PROTOCOL *path, struct network **ret)
{
    struct network *network = pool_alloc_zeroed(sizeof *network);
    if (network == NULL)
        return EFI_OUT_OF_RESOURCES;
    network->device = device;
    fill_mode(network);
    network_reset_statistics(network);
    network->protocol = (EFI_SIMPLE_NETWORK_PROTOCOL){
        .Revision = EFI_SIMPLE_NETWORK_PROTOCOL_REVISION,
        .Start = start,
        .Stop = stop,
        .Initialize = initialize,
        .Reset = reset,
        .Shutdown = shutdown,
        .Mode = &network->mode,
    };
    network_frames_fill(&network->protocol);
    network_settings_fill(&network->protocol);
    EFI_STATUS status = efi_create_event(EVT_NOTIFY_WAIT, TPL_CALLBACK, check_packet, network,
                                         &network->protocol.WaitForPacket);
    if (EFI_ERROR(status))
        goto free;
    status = efi_install_multiple_protocol_interfaces(handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL),
                                                      path, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL),
                                                      &network->protocol, NULL);
    if (EFI_ERROR(status))
        goto close;
    *ret = network;
    return EFI_SUCCESS;

close:
    (void)efi_close_event(network->protocol.WaitForPacket);
free:
    pool_free(network);
    return status;
}

EFI_STATUS network_uninstall(EFI_HANDLE handle, struct network *network,
                             EFI_DEVICE_PATH_PROTOCOL *path)
{
    EFI_STATUS status = efi_uninstall_multiple_protocol_interfaces(
        handle, GUID_OF(EFI_DEVICE_PATH_PROTOCOL), path, GUID_OF(EFI_SIMPLE_NETWORK_PROTOCOL),
        &network->protocol, NULL);
    if (EFI_ERROR(status))
        return EFI_ACCESS_DENIED;
    if (network->mode.State == EfiSimpleNetworkInitialized)
        stop_traffic(network);
    (void)efi_close_event(network->protocol.WaitForPacket);
    pool_free(network);
    return EFI_SUCCESS;
}
