/* lwIP as this program uses it: UDP over IPv4, polled from one loop, no operating system. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

#define LWIP_TCP 0
#define LWIP_DHCP 1
/* Nobody resolves names by it: it keeps the servers that DHCP names. */
#define LWIP_DNS 1
#define LWIP_NETIF_STATUS_CALLBACK 1

/* A flow shares its port with the listening one, and is told apart by the remote end. */
#define SO_REUSE 1
/* The core's 64 flows at most, of which strangers have no PCB of their own, the listening one, DHCP, DNS. */
#define MEMP_NUM_UDP_PCB 68

#define MEM_ALIGNMENT 8
#define MEM_SIZE (16 * 1024)
/* A message of 8 KiB comes in six frames. */
#define PBUF_POOL_SIZE 16
#define PBUF_POOL_BUFSIZE 1536
#define IP_REASS_MAX_PBUFS 8

#define LWIP_STATS 0

/* Errors of ICMP, which lwIP keeps to itself. */
#include <stdint.h>
struct pbuf;
struct netif;
int udp_flows_see(struct pbuf *packet, struct netif *netif);
#define LWIP_HOOK_IP4_INPUT(packet, netif) udp_flows_see(packet, netif)

#endif
