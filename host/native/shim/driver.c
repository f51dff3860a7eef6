#include "driver.h"

#include "clock.h"
#include "program.h"
#include "stream.h"
#include "udp.h"

static struct sip_failover *core;
static int64_t now;

/* The port that each transport listens at. A core that is started anew gets the same where any will do. */
static uint16_t ports[SF_TRANSPORT_TLS + 1];

void driver_take(struct sip_failover *taken) {
  core = taken;
}

bool driver_works(void) {
  return core != NULL;
}

int64_t driver_time(void) {
  return now;
}

int64_t driver_now(void) {
  now = clock_now();
  return now;
}

static void open_flow(const struct sip_failover_action *action) {
  if (action->transport == SF_TRANSPORT_UDP)
    udp_open(action->flow, &action->remote, action->port);
  else
    stream_open(action->flow, action->transport, &action->remote, &action->name);
}

static void listen_at(const struct sip_failover_action *action, uint16_t port) {
  if (action->transport == SF_TRANSPORT_UDP)
    udp_listen(action->flow, port);
  else
    stream_listen(action->flow, action->transport, port);
}

static void listen_again(const struct sip_failover_action *action) {
  uint16_t kept = ports[action->transport];
  if (action->port != 0 || kept == 0) {
    listen_at(action, action->port);
    return;
  }
  listen_at(action, kept);
  struct flow *flow = flow_of(action->flow);
  if (flow == NULL || flow->news != FAILED) return;
  flow_free(flow);
  listen_at(action, 0);
}

static void act(const struct sip_failover_action *action) {
  program_action(action);
  switch (action->kind) {
    case SF_ACTION_OPEN:
      open_flow(action);
      break;
    case SF_ACTION_LISTEN:
      listen_again(action);
      break;
    case SF_ACTION_SEND:
      flow_send(action->flow, action->octets.at, action->octets.size);
      break;
    case SF_ACTION_CLOSE:
      flow_close(action->flow);
      break;
    default:
      break;
  }
}

/* Tells the core what has become of one flow; false: there is nothing to tell. */
static bool tell_news(void) {
  struct flow *flow = NULL;
  while ((flow = flow_next(flow)) != NULL && flow->news == NO_NEWS) continue;
  if (flow == NULL) return false;
  program_news(flow);
  uint32_t number = flow->number;
  if (flow->news == OPENED) {
    flow->news = NO_NEWS;
    if (flow_listens(flow)) ports[flow->transport] = flow->local.port;
    sip_failover_flow_opened(core, driver_now(), number, &flow->local);
  } else {
    enum sf_flow_failure reason = flow->reason;
    flow_free(flow);
    sip_failover_flow_failed(core, driver_now(), number, reason);
  }
  return true;
}

void driver_turn(void) {
  struct sip_failover_action action;
  driver_now();
  do {
    int32_t answer = 0;
    while (core != NULL && (answer = sip_failover_next_action(core, now, &action)) > 0) act(&action);
    if (answer == SIP_FAILOVER_TRAPPED) program_trapped();
  } while (core != NULL && tell_news());
}

void driver_bytes(uint32_t flow, const uint8_t *octets, size_t size) {
  if (core == NULL) return;
  program_received(flow, octets, size);
  sip_failover_flow_bytes(core, driver_now(), flow, octets, size);
  driver_turn();
}

void driver_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                     size_t size) {
  if (core == NULL) return;
  struct flow *known = udp_stranger(listener, source);
  program_incoming(listener, source, octets, size);
  driver_now();
  if (known != NULL &&
      sip_failover_flow_bytes(core, now, known->number, octets, size) == SF_ERROR_STALE_FLOW) {
    flow_free(known);
    known = NULL;
  }
  if (known == NULL) {
    int64_t number = sip_failover_flow_incoming(core, now, listener, source);
    if (number > 0) {
      udp_add_stranger((uint32_t)number, listener, source);
      sip_failover_flow_bytes(core, now, (uint32_t)number, octets, size);
    }
  }
  driver_turn();
}

uint32_t driver_accepted(uint32_t listener, enum sf_transport transport,
                         const struct sip_failover_address *source) {
  int64_t number = core == NULL ? 0 : sip_failover_flow_incoming(core, driver_now(), listener, source);
  if (number <= 0) return 0;
  program_accepted((uint32_t)number, listener, transport, source);
  return (uint32_t)number;
}
