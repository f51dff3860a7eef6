/* Connections, by TCP and TLS: ours, and those of others at the listening ports. */
#ifndef STREAM_H
#define STREAM_H

#include "flows.h"

/* Connects; `name` is what the certificate is verified against. */
void stream_open(uint32_t number, enum sf_transport transport, const struct sip_failover_address *remote,
                 const struct sip_failover_octets *name);

/* Opens a listening port. Over TLS, only connections with a complete handshake are told of. */
void stream_listen(uint32_t number, enum sf_transport transport, uint16_t port);

#endif
