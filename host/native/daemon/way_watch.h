/*
 * Says a sentence when there is no way to an address, once until something has come from there. To the core
 * an end that cannot be reached is one that refuses (F1); it may not be the server's fault.
 */
#ifndef WAY_WATCH_H
#define WAY_WATCH_H

#include "sip_failover.h"

/* A flow to that end has failed. */
void way_watch_failed(const struct sip_failover_address *end, enum sf_flow_failure reason);

/* Something has come from there. */
void way_watch_works(const struct sip_failover_address *end);

#endif
