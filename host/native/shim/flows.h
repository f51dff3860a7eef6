/* The flows of the core, and the sockets behind them. */
#ifndef FLOWS_H
#define FLOWS_H

#include <poll.h>

#include "address.h"
#include "sip_failover.h"
#include "tls.h"

/*
 * Flows of the core (64 and its listening ports), connections that nobody has been told of yet, and those
 * that are being ended.
 */
#define MOST_FLOWS 192

/* Descriptors of a flow: a listening port has one in each address family. */
#define FLOW_DESCRIPTORS 2

#define FLOWS_POLLED (MOST_FLOWS * FLOW_DESCRIPTORS)

struct flow;

/* What flows of a kind do. */
struct flow_kind {
  /* The events of poll that the flow waits for. */
  short (*wanted)(const struct flow *flow);
  /* One of them has come, or an error. */
  void (*ready)(struct flow *flow, int descriptor);
  /* The core sends. NULL: nothing can be sent. */
  void (*send)(struct flow *flow, const uint8_t *octets, size_t size);
  /* The core closes it. NULL: at once. */
  void (*close)(struct flow *flow);
  /* Its deadline has come. NULL: it is closed. */
  void (*late)(struct flow *flow);
};

/* What the core has to be told of a flow. */
enum news { NO_NEWS, OPENED, FAILED };

/* A connection. */
struct connection {
  enum { CONNECTING, SHAKING_HANDS, OPEN, ENDING } stage;
  struct tls *tls;  /* NULL: TCP alone */
  bool is_ours;     /* we have made it */
  bool wants_write; /* what TLS waits for */
  uint8_t *unsent;
  size_t unsent_size;
};

struct flow {
  const struct flow_kind *kind; /* NULL: free */
  uint32_t number;              /* the core's; 0: it does not know the flow, or no more */
  uint32_t listener; /* of what has no socket of its own, or is not known to the core yet; 0: none */
  enum sf_transport transport;
  struct sip_failover_address remote, local;
  int descriptors[FLOW_DESCRIPTORS]; /* -1: none */
  int64_t deadline;                  /* SIP_FAILOVER_NEVER: none */
  enum news news;
  enum sf_flow_failure reason; /* FAILED */
  struct connection connection;
};

/* A new flow without sockets. Where there is no room, one that is being ended makes it. */
struct flow *flow_new(const struct flow_kind *kind, uint32_t number, enum sf_transport transport);

/* The flow after another, the first one after NULL; NULL: there is none. Flows may be freed on the way. */
struct flow *flow_next(const struct flow *flow);

/* Whether it is a listening port. */
bool flow_listens(const struct flow *flow);

/* The flow of a number; NULL: there is none. */
struct flow *flow_of(uint32_t number);

/* Closes its sockets and forgets it. */
void flow_free(struct flow *flow);

/* It is open: the core will be told, after what it is doing now. */
void flow_opened(struct flow *flow, const struct sip_failover_address *local);

/*
 * Closes its sockets; the core will be told, and it is forgotten then. One that the core does not know is
 * freed.
 */
void flow_failed(struct flow *flow, enum sf_flow_failure reason);

/* What the core asks for. Numbers that are gone are passed over. */
void flow_send(uint32_t number, const uint8_t *octets, size_t size);
void flow_close(uint32_t number);

/* Puts what is waited for into `polled`, of FLOWS_POLLED: how many. */
nfds_t flows_wanted(struct pollfd *polled);

/* Hands out what poll has found in what flows_wanted gave. */
void flows_ready(const struct pollfd *polled, nfds_t count);

/* The next deadline of a flow, and what is to be done then. */
int64_t flows_deadline(void);
void flows_late(int64_t now);

void flows_close_all(void);

#endif
