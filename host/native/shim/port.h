/* Listening ports, for IPv4 and, where the machine has it, for IPv6, by a socket each. */
#ifndef PORT_H
#define PORT_H

#include "flows.h"

/*
 * Opens the sockets of a listening flow: SOCK_DGRAM, to be shared with the flows of the port when it is sure
 * that nobody else has it; or SOCK_STREAM. The flow is open then, or has failed.
 */
void port_open(struct flow *flow, int type, uint16_t port);

#endif
