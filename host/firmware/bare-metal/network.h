/* The network interface: lwIP on the LAN9118. */
#ifndef NETWORK_H
#define NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "sip_failover.h"

/* An address of its own, ADDRESS/PREFIX, with the gateway in the same network; NULL: DHCP. */
struct network_options {
  const char *address, *gateway;
};

/* Starts it. False where the options cannot be read, or there is no controller. */
bool network_open(const struct network_options *options);

/* Takes what has come, and does what is due in lwIP. Whether a frame was there. */
bool network_poll(void);

/* Whether it has an address. */
bool network_is_up(void);

/* Our address, its port 0. */
struct sip_failover_address network_address(void);

/* The DNS servers that DHCP has named, at most `most`: how many. */
size_t network_resolvers(struct sip_failover_address *resolvers, size_t most);

#endif
