/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#pragma once

/* The other side of a network card: a host 10.0.2.2, 52:55:0a:00:02:02, that answers ARP and pings.
 * Packets at `fd`, the end of a socket pair, begin with virtio's header of 12 bytes. A thread of
 * its own does it until the other end is closed. */
void peer_start(int fd);
