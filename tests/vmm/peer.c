/* SPDX-License-Identifier: BSD-2-Clause-Patent */
#include "vmm/peer.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "vmm/machine.h"

/* Offsets behind the header of 12 bytes: Ethernet, then ARP (RFC 826) or IPv4 and ICMP (RFC 791,
 * RFC 792). */
#define HEADER 12
#define TO     0
#define FROM   6
#define TYPE   12
#define BODY   14

#define ARP_OPERATION  (BODY + 6)
#define ARP_SENDER     (BODY + 8)
#define ARP_SENDER_IP  (BODY + 14)
#define ARP_TARGET     (BODY + 18)
#define ARP_TARGET_IP  (BODY + 24)
#define ARP_END        (BODY + 28)
#define IP_PROTOCOL    (BODY + 9)
#define IP_SOURCE      (BODY + 12)
#define IP_DESTINATION (BODY + 16)
#define ICMP           (BODY + 20)
#define ICMP_CHECKSUM  (ICMP + 2)
#define ICMP_END       (ICMP + 8)
#define ICMP_ECHO      8
#define PROTOCOL_ICMP  1
#define NO_IP_OPTIONS  0x45

static const uint8_t our_mac[6] = {0x52, 0x55, 0x0a, 0x00, 0x02, 0x02};
static const uint8_t our_ip[4] = {10, 0, 2, 2};
static const uint8_t type_arp[2] = {0x08, 0x06}, type_ipv4[2] = {0x08, 0x00};

static bool answer_arp(uint8_t *frame, size_t size)
{
    if (size < ARP_END || memcmp(frame + TYPE, type_arp, 2) != 0 || frame[ARP_OPERATION + 1] != 1 ||
        memcmp(frame + ARP_TARGET_IP, our_ip, 4) != 0)
        return false;
    frame[ARP_OPERATION + 1] = 2;
    memcpy(frame + ARP_TARGET, frame + ARP_SENDER, 10); /* both addresses */
    memcpy(frame + ARP_SENDER, our_mac, 6);
    memcpy(frame + ARP_SENDER_IP, our_ip, 4);
    return true;
}

static bool answer_ping(uint8_t *frame, size_t size)
{
    if (size < ICMP_END || memcmp(frame + TYPE, type_ipv4, 2) != 0 ||
        frame[BODY] != NO_IP_OPTIONS || frame[IP_PROTOCOL] != PROTOCOL_ICMP ||
        frame[ICMP] != ICMP_ECHO || memcmp(frame + IP_DESTINATION, our_ip, 4) != 0)
        return false;
    memcpy(frame + IP_DESTINATION, frame + IP_SOURCE, 4);
    memcpy(frame + IP_SOURCE, our_ip, 4);
    /* The type goes from 8 to 0: the sum of ones' complements grows by 0x0800 (RFC 1624). */
    unsigned sum = (unsigned)(frame[ICMP_CHECKSUM] << 8 | frame[ICMP_CHECKSUM + 1]) + 0x0800;
    sum = (sum & 0xffff) + (sum >> 16);
    frame[ICMP] = 0;
    frame[ICMP_CHECKSUM] = (uint8_t)(sum >> 8);
    frame[ICMP_CHECKSUM + 1] = (uint8_t)sum;
    return true;
}

static void *answer(void *context)
{
    static __thread uint8_t packet[65536 + HEADER];
    int fd = (int)(intptr_t)context;
    ssize_t size;
    while ((size = read(fd, packet, sizeof packet)) > HEADER) {
        uint8_t *frame = packet + HEADER;
        size_t length = (size_t)size - HEADER;
        if (!answer_arp(frame, length) && !answer_ping(frame, length))
            continue;
        memcpy(frame + TO, frame + FROM, 6);
        memcpy(frame + FROM, our_mac, 6);
        if (write(fd, packet, (size_t)size) != size)
            break;
    }
    close(fd);
    return NULL;
}

void peer_start(int fd)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer, (void *)(intptr_t)fd) != 0)
        die("no thread for the network's other side");
    pthread_detach(thread);
}
