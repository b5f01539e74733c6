/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "core/net.h"

#include "lib/memory.h"

static const uint8_t broadcast[NET_ADDRESS_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

bool net_is_broadcast(const uint8_t address[NET_ADDRESS_SIZE])
{
    return memcmp(address, broadcast, NET_ADDRESS_SIZE) == 0;
}

bool net_is_station(const uint8_t address[NET_ADDRESS_SIZE])
{
    static const uint8_t none[NET_ADDRESS_SIZE];
    return !net_is_multicast(address) && memcmp(address, none, NET_ADDRESS_SIZE) != 0;
}

static bool is_in_list(const struct net_filter *filter, const uint8_t address[NET_ADDRESS_SIZE])
{
    for (size_t i = 0; i < filter->multicast_count; i++)
        if (memcmp(filter->multicast[i], address, NET_ADDRESS_SIZE) == 0)
            return true;
    return false;
}

bool net_filter_accepts(const struct net_filter *filter,
                        const uint8_t destination[NET_ADDRESS_SIZE])
{
    uint32_t accept = filter->accept;
    if ((accept & NET_PROMISCUOUS) != 0)
        return true;
    if (net_is_broadcast(destination))
        return (accept & NET_BROADCAST) != 0;
    if (net_is_multicast(destination))
        return (accept & NET_PROMISCUOUS_MULTICAST) != 0 ||
               ((accept & NET_MULTICAST) != 0 && is_in_list(filter, destination));
    return (accept & NET_UNICAST) != 0 &&
           memcmp(destination, filter->station, NET_ADDRESS_SIZE) == 0;
}
