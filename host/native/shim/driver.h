/* Gives the core what comes in, one thing after the other, and does what it asks for. */
#ifndef DRIVER_H
#define DRIVER_H

#include "sip_failover.h"

/* Works for a core from now on, which has been started; NULL: for none. It stays its owner's. */
void driver_take(struct sip_failover *core);

/* Whether it works for one. */
bool driver_works(void);

/* The time of what is being done; and the time from now on. */
int64_t driver_time(void);
int64_t driver_now(void);

/* Tells the core what has become of flows, and does what it asks for, until there is nothing left to do now. */
void driver_turn(void);

/*
 * What sockets bring: a datagram as a whole or a piece of a stream, and a datagram from an end without a
 * flow.
 */
void driver_bytes(uint32_t flow, const uint8_t *octets, size_t size);
void driver_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                     size_t size);

/* A connection that another end has made: its flow, or 0 where it is not wanted. */
uint32_t driver_accepted(uint32_t listener, enum sf_transport transport,
                         const struct sip_failover_address *source);

#endif
