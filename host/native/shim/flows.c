#include "flows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct flow flows[MOST_FLOWS];

struct flow *flow_next(const struct flow *flow) {
  for (ptrdiff_t i = flow == NULL ? 0 : flow - flows + 1; i < MOST_FLOWS; i++)
    if (flows[i].kind != NULL) return &flows[i];
  return NULL;
}

/*
 * A place for a flow: a free one, or that of the connection which the core does not know and has least time
 * left.
 */
static struct flow *place(void) {
  struct flow *found = flows;
  for (struct flow *flow = flows; flow < flows + MOST_FLOWS; flow++) {
    if (flow->kind == NULL) return flow;
    if (flow->number == 0 && (found->number != 0 || flow->deadline < found->deadline)) found = flow;
  }
  flow_free(found);
  return found;
}

struct flow *flow_new(const struct flow_kind *kind, uint32_t number, enum sf_transport transport) {
  struct flow *flow = place();
  *flow = (struct flow){.kind = kind,
                        .number = number,
                        .transport = transport,
                        .descriptors = {-1, -1},
                        .deadline = SIP_FAILOVER_NEVER};
  return flow;
}

bool flow_listens(const struct flow *flow) {
  return flow->kind->send == NULL;
}

struct flow *flow_of(uint32_t number) {
  for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;)
    if (flow->number == number) return flow;
  return NULL;
}

/* Gives back everything but the place. */
static void release(struct flow *flow) {
  tls_close(flow->connection.tls);
  free(flow->connection.unsent);
  memset(&flow->connection, 0, sizeof flow->connection);
  for (int i = 0; i < FLOW_DESCRIPTORS; i++) {
    if (flow->descriptors[i] >= 0) close(flow->descriptors[i]);
    flow->descriptors[i] = -1;
  }
}

void flow_free(struct flow *flow) {
  for (struct flow *other = NULL; (other = flow_next(other)) != NULL;)
    if (other->number == 0 && other->listener != 0 && other->listener == flow->number) flow_free(other);
  release(flow);
  flow->kind = NULL;
  flow->number = 0;
}

void flow_opened(struct flow *flow, const struct sip_failover_address *local) {
  flow->local = *local;
  flow->news = OPENED;
}

void flow_failed(struct flow *flow, enum sf_flow_failure reason) {
  if (flow->number == 0) {
    flow_free(flow);
  } else if (flow->news != FAILED) {
    release(flow);
    flow->news = FAILED;
    flow->reason = reason;
  }
}

void flow_send(uint32_t number, const uint8_t *octets, size_t size) {
  struct flow *flow = flow_of(number);
  if (flow != NULL && flow->news != FAILED && flow->kind->send != NULL) flow->kind->send(flow, octets, size);
}

void flow_close(uint32_t number) {
  struct flow *flow = flow_of(number);
  if (flow == NULL) return;
  bool has_failed = flow->news == FAILED;
  flow->news = NO_NEWS;
  if (has_failed || flow->kind->close == NULL)
    flow_free(flow);
  else
    flow->kind->close(flow);
}

nfds_t flows_wanted(struct pollfd *polled) {
  nfds_t count = 0;
  for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;) {
    for (int i = 0; i < FLOW_DESCRIPTORS; i++)
      if (flow->descriptors[i] >= 0)
        polled[count++] = (struct pollfd){.fd = flow->descriptors[i], .events = flow->kind->wanted(flow)};
  }
  return count;
}

void flows_ready(const struct pollfd *polled, nfds_t count) {
  for (nfds_t i = 0; i < count; i++) {
    if (polled[i].revents == 0) continue;
    /* What came before may have closed it, and opened another under its number: that finds nothing there. */
    for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;) {
      if ((flow->descriptors[0] != polled[i].fd && flow->descriptors[1] != polled[i].fd)) continue;
      flow->kind->ready(flow, polled[i].fd);
      break;
    }
  }
}

int64_t flows_deadline(void) {
  int64_t deadline = SIP_FAILOVER_NEVER;
  for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;)
    if (flow->deadline < deadline) deadline = flow->deadline;
  return deadline;
}

void flows_late(int64_t now) {
  for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;)
    if (flow->deadline <= now) {
      if (flow->kind->late == NULL)
        flow_free(flow);
      else
        flow->kind->late(flow);
    }
}

void flows_close_all(void) {
  for (struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;) flow_free(flow);
}
