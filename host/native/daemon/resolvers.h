/* The DNS servers of the system. */
#ifndef RESOLVERS_H
#define RESOLVERS_H

#include "sip_failover.h"

/* Reads up to `room` of them from /etc/resolv.conf: how many. */
size_t read_resolvers(struct sip_failover_address *servers, size_t room);

#endif
