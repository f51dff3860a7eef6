/* What goes on at the sockets, for --wire: a line for each event, between the records. */
#ifndef WIRE_H
#define WIRE_H

#include "flows.h"

/* Writes such lines from now on. */
void wire_open(void);

/* An action of the core that is about flows, before it is done. */
void wire_action(const struct sip_failover_action *action);

/* A flow is open, or has failed. */
void wire_news(const struct flow *flow);

/* Octets have come on a flow; or a datagram at a listening port. */
void wire_received(uint32_t flow, const uint8_t *octets, size_t size);
void wire_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                   size_t size);

/* Another end's connection has become a flow. */
void wire_accepted(uint32_t flow, uint32_t listener, enum sf_transport transport,
                   const struct sip_failover_address *source);

#endif
