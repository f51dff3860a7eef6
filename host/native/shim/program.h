/*
 * What the program around the shim supplies. It is told of everything that passes; nothing else of it is known
 * here.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "flows.h"

/*
 * An action of the core, before it is done. SF_ACTION_EVENT, SF_ACTION_TLS and SF_ACTION_STOPPED are the
 * program's alone.
 */
void program_action(const struct sip_failover_action *action);

/* A flow is open, or has failed. The core is told afterwards. */
void program_news(const struct flow *flow);

/* Octets have come on a flow; or a datagram at a listening port, of an end that has no flow or is a stranger. */
void program_received(uint32_t flow, const uint8_t *octets, size_t size);
void program_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                      size_t size);

/* Another end's connection has become a flow. */
void program_accepted(uint32_t flow, uint32_t listener, enum sf_transport transport,
                      const struct sip_failover_address *source);

/* The files of TLS have been read, or one of them cannot be used: `why` is a sentence then, NULL otherwise. */
void program_tls_files(const struct tls_files *files, const char *why);

/* No connection can be made to a server by TLS. */
void program_tls_failed(const struct sip_failover_address *server, const struct tls *tls);

/* The core has trapped: the program closes it, and may open another. */
void program_trapped(void);

#endif
