/* The flows of the core as UDP of lwIP's. */
#ifndef UDP_FLOWS_H
#define UDP_FLOWS_H

#include <stdbool.h>
#include <stddef.h>

#include "sip_failover.h"

/* Flows of the core, its listening port among them. */
#define MOST_FLOWS 65

/* What the core has to be told of a flow. */
struct flow_news {
  enum { FLOW_OPENED, FLOW_FAILED, FLOW_BYTES, FLOW_INCOMING } kind;
  uint32_t flow;                       /* of a datagram from a stranger, the listening flow */
  struct sip_failover_address address; /* opened: our end; incoming: the source */
  enum sf_flow_failure reason;         /* failed */
  const void *octets;                  /* bytes, incoming: good until the next call */
  size_t size;
};

/* A flow to a remote end, from a port that the listening flow may have too; 0: any. */
void udp_flow_open(uint32_t number, const struct sip_failover_address *remote, uint16_t port);
/* A transport that there is not, or no room. */
void udp_flow_refuse(uint32_t number, enum sf_flow_failure reason);
void udp_flow_listen(uint32_t number, uint16_t port);
/* A stranger has a flow of its own now, which sends from the listening port. */
void udp_flow_accept(uint32_t number, uint32_t listener, const struct sip_failover_address *source);
void udp_flow_send(uint32_t number, const void *octets, size_t size);
void udp_flow_close(uint32_t number);
void udp_flows_close_all(void);

/* All flows to others have failed. */
void udp_flows_lost(enum sf_flow_failure reason);

/* Takes the next piece of news; false: there is none. A failed flow is closed by it. */
bool udp_flows_next(struct flow_news *news);

#endif
