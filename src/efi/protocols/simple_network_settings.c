/* SPDX-License-Identifier: BSD-2-Clause-Patent */
/* Settings and figures (UEFI 2.10 §24.1: ReceiveFilters, StationAddress, Statistics, MCastIpToMac,
 * NvData). */
#include "efi/protocols/simple_network.h"
#include "efi/tpl.h"
#include "lib/memory.h"

void network_reset_statistics(struct network *network)
{
    EFI_NETWORK_STATISTICS *s = &network->statistics;
    memset(s, 0xff, sizeof *s);
    uint64_t *const counted[] = {
        &s->RxTotalFrames,     &s->RxGoodFrames,      &s->RxUnicastFrames,   &s->RxBroadcastFrames,
        &s->RxMulticastFrames, &s->RxTotalBytes,      &s->TxTotalFrames,     &s->TxGoodFrames,
        &s->TxUnicastFrames,   &s->TxBroadcastFrames, &s->TxMulticastFrames, &s->TxTotalBytes,
    };
    for (size_t i = 0; i < ARRAY_SIZE(counted); i++)
        *counted[i] = 0;
}

static void fill_filter(const struct network *network, struct net_filter *filter)
{
    const EFI_SIMPLE_NETWORK_MODE *mode = &network->mode;
    filter->accept = mode->ReceiveFilterSetting;
    filter->multicast_count = (uint8_t)mode->MCastFilterCount;
    memcpy(filter->station, mode->CurrentAddress.Addr, NET_ADDRESS_SIZE);
    for (size_t i = 0; i < MAX_MCAST_FILTER_CNT; i++)
        memcpy(filter->multicast[i], mode->MCastFilter[i].Addr, NET_ADDRESS_SIZE);
}

/* The device filters so that less arrives; what counts is our own filter. */
static EFI_STATUS apply_filter(struct network *network)
{
    fill_filter(network, &network->filter);
    return network->device->operations->set_filter(network->device, &network->filter);
}

EFI_STATUS network_apply_settings(struct network *network)
{
    const uint8_t *current = network->mode.CurrentAddress.Addr;
    if (memcmp(current, network->device->permanent, NET_ADDRESS_SIZE) != 0) {
        EFI_STATUS status = network->device->operations->set_address(network->device, current);
        if (EFI_ERROR(status))
            return status;
    }
    return apply_filter(network);
}

static bool are_multicast(const EFI_MAC_ADDRESS *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!net_is_multicast(addresses[i].Addr))
            return false;
    return true;
}

static EFI_STATUS set_filters(struct network *network, uint32_t enable, uint32_t disable,
                              bool reset_list, size_t count, const EFI_MAC_ADDRESS *list)
{
    EFI_SIMPLE_NETWORK_MODE *mode = &network->mode;
    if (((enable | disable) & ~mode->ReceiveFilterMask) != 0)
        return EFI_INVALID_PARAMETER;
    bool new_list = (enable & ~disable & EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST) != 0 && !reset_list;
    if (new_list && (count == 0 || count > mode->MaxMCastFilterCount || list == NULL ||
                     !are_multicast(list, count)))
        return EFI_INVALID_PARAMETER;

    if (reset_list) {
        mode->MCastFilterCount = 0;
        disable |= EFI_SIMPLE_NETWORK_RECEIVE_MULTICAST;
    }
    if (new_list) {
        mode->MCastFilterCount = (uint32_t)count;
        memcpy(mode->MCastFilter, list, count * sizeof *list);
    }
    mode->ReceiveFilterSetting = (mode->ReceiveFilterSetting | enable) & ~disable;
    return apply_filter(network);
}

static EFI_STATUS EFIAPI receive_filters(EFI_SIMPLE_NETWORK_PROTOCOL *This, uint32_t Enable,
                                         uint32_t Disable, bool ResetMCastFilter,
                                         size_t MCastFilterCnt, EFI_MAC_ADDRESS *MCastFilter)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status))
        status =
            set_filters(network, Enable, Disable, ResetMCastFilter, MCastFilterCnt, MCastFilter);
    efi_restore_tpl(tpl);
    return status;
}

static EFI_STATUS set_station(struct network *network, const EFI_MAC_ADDRESS *address)
{
    EFI_MAC_ADDRESS *current = &network->mode.CurrentAddress;
    if (memcmp(current->Addr, address->Addr, NET_ADDRESS_SIZE) == 0)
        return EFI_SUCCESS;
    if (!network->mode.MacAddressChangeable)
        return EFI_UNSUPPORTED;
    EFI_STATUS status = network->device->operations->set_address(network->device, address->Addr);
    if (EFI_ERROR(status))
        return status;
    memcpy(current->Addr, address->Addr, NET_ADDRESS_SIZE);
    fill_filter(network, &network->filter);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI station_address(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool Reset,
                                         EFI_MAC_ADDRESS *New)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status)) {
        const EFI_MAC_ADDRESS *address = Reset ? &network->mode.PermanentAddress : New;
        if (address == NULL || !net_is_station(address->Addr))
            status = EFI_INVALID_PARAMETER;
        else
            status = set_station(network, address);
    }
    efi_restore_tpl(tpl);
    return status;
}

/* What does not fit is left out, and the caller told. */
static EFI_STATUS copy_statistics(const struct network *network, size_t *size,
                                  EFI_NETWORK_STATISTICS *table)
{
    size_t room = *size;
    *size = sizeof network->statistics;
    if (table != NULL)
        memcpy(table, &network->statistics, MIN(room, sizeof network->statistics));
    return table == NULL || room < sizeof network->statistics ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI statistics(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool Reset,
                                    size_t *StatisticsSize, EFI_NETWORK_STATISTICS *StatisticsTable)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    struct network *network = network_of(This);
    EFI_TPL tpl = tpl_raise_to(TPL_CALLBACK);
    EFI_STATUS status = network_check(network);
    if (!EFI_ERROR(status)) {
        if (StatisticsSize != NULL)
            status = copy_statistics(network, StatisticsSize, StatisticsTable);
        else if (StatisticsTable != NULL || !Reset)
            status = EFI_INVALID_PARAMETER;
        if (Reset && !EFI_ERROR(status))
            network_reset_statistics(network);
    }
    efi_restore_tpl(tpl);
    return status;
}

/* RFC 1112 §6.4 and RFC 2464 §7. False: not a multicast address. */
static bool map_address(bool ipv6, const EFI_IP_ADDRESS *ip, uint8_t *mac)
{
    const uint8_t *a = ipv6 ? ip->v6.Addr : ip->v4.Addr;
    if (ipv6) {
        if (a[0] != 0xff)
            return false;
        const uint8_t address[NET_ADDRESS_SIZE] = {0x33, 0x33, a[12], a[13], a[14], a[15]};
        memcpy(mac, address, sizeof address);
        return true;
    }
    if ((a[0] & 0xf0) != 0xe0)
        return false;
    const uint8_t address[NET_ADDRESS_SIZE] = {0x01, 0x00, 0x5e, a[1] & 0x7f, a[2], a[3]};
    memcpy(mac, address, sizeof address);
    return true;
}

static EFI_STATUS EFIAPI mcast_ip_to_mac(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool IPv6,
                                         EFI_IP_ADDRESS *IP, EFI_MAC_ADDRESS *MAC)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = network_check(network_of(This));
    if (EFI_ERROR(status))
        return status;
    uint8_t address[NET_ADDRESS_SIZE];
    if (IP == NULL || MAC == NULL || !map_address(IPv6, IP, address))
        return EFI_INVALID_PARAMETER;
    memset(MAC, 0, sizeof *MAC);
    memcpy(MAC->Addr, address, sizeof address);
    return EFI_SUCCESS;
}

/* There is no such memory: Mode->NvRamSize is 0. */
static EFI_STATUS EFIAPI nv_data(EFI_SIMPLE_NETWORK_PROTOCOL *This, bool ReadWrite, size_t Offset,
                                 size_t BufferSize, void *Buffer)
{
    if (This == NULL)
        return EFI_INVALID_PARAMETER;
    EFI_STATUS status = network_check(network_of(This));
    return EFI_ERROR(status) ? status : EFI_UNSUPPORTED;
}

void network_settings_fill(EFI_SIMPLE_NETWORK_PROTOCOL *protocol)
{
    protocol->ReceiveFilters = receive_filters;
    protocol->StationAddress = station_address;
    protocol->Statistics = statistics;
    protocol->MCastIpToMac = mcast_ip_to_mac;
    protocol->NvData = nv_data;
}
