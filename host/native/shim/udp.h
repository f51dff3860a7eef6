/* UDP: flows, which are connected sockets, so that ICMP reaches them (F3); and the listening port. */
#ifndef UDP_H
#define UDP_H

#include "flows.h"

/* Opens a flow from the local port, which it shares with the listening one; 0: any. */
void udp_open(uint32_t number, const struct sip_failover_address *remote, uint16_t local_port);

/* Opens the listening port, for IPv4 and IPv6; 0: any that is free in both. */
void udp_listen(uint32_t number, uint16_t port);

/* The flow of an end that sends to a listening port; it sends from there. NULL: there is none. */
struct flow *udp_stranger(uint32_t listener, const struct sip_failover_address *source);
void udp_add_stranger(uint32_t number, uint32_t listener, const struct sip_failover_address *source);

#endif
