#include "phone.h"

#include <string.h>

#include "board.h"
#include "network.h"
#include "random.h"
#include "say.h"
#include "udp_flows.h"

/* How long after a trap the core is opened again. Milliseconds. */
#define RESTART_AFTER 500

/* Resolvers of DHCP's that the core is given. */
#define MOST_RESOLVERS 2

static const struct sip_failover_file *configuration_file;
static struct sip_failover *core; /* NULL: it has trapped */
static int64_t restart_at;
static bool is_over;

static void take_record(void *context, const uint8_t *record, size_t size) {
  (void)context;
  say_record(record, size, clock_now(), configuration_file->name);
}

/* Opens, configures and starts the core. False where it does not even read its configuration. */
static bool open_core(void) {
  char why[128];
  uint8_t seed[SIP_FAILOVER_SEED];
  struct sip_failover_address resolvers[MOST_RESOLVERS];
  if (!random_octets(seed, sizeof seed)) {
    say("The host has no random numbers: without them nobody can be told from another.");
    return false;
  }
  core = sip_failover_open(NULL, why, sizeof why);
  if (core == NULL) {
    say(why);
    return false;
  }
  const struct sip_failover_configuration configuration = {
      .seed = seed,
      .files = configuration_file,
      .file_count = 1,
      .resolvers = resolvers,
      .resolver_count = network_resolvers(resolvers, MOST_RESOLVERS),
  };
  if (sip_failover_configure(core, &configuration, take_record, NULL) < 0) {
    say("The core does not take its configuration.");
    return false;
  }
  return sip_failover_start(core, clock_now()) >= 0;
}

bool phone_open(const struct sip_failover_file *file) {
  configuration_file = file;
  return open_core();
}

static void act(const struct sip_failover_action *action) {
  switch (action->kind) {
    case SF_ACTION_OPEN:
      if (action->transport == SF_TRANSPORT_UDP)
        udp_flow_open(action->flow, &action->remote, action->port);
      else
        udp_flow_refuse(action->flow, SF_FLOW_FAILURE_NO_RESOURCES);
      break;
    case SF_ACTION_LISTEN:
      if (action->transport == SF_TRANSPORT_UDP)
        udp_flow_listen(action->flow, action->port);
      else
        udp_flow_refuse(action->flow, SF_FLOW_FAILURE_NO_RESOURCES);
      break;
    case SF_ACTION_SEND:
      udp_flow_send(action->flow, action->octets.at, action->octets.size);
      break;
    case SF_ACTION_CLOSE:
      udp_flow_close(action->flow);
      break;
    case SF_ACTION_EVENT:
      take_record(NULL, action->octets.at, action->octets.size);
      break;
    case SF_ACTION_TLS:
      /* There is no TLS to give files to. */
      break;
    case SF_ACTION_STOPPED:
      is_over = true;
  }
}

static void tell(const struct flow_news *news) {
  int64_t number;
  switch (news->kind) {
    case FLOW_OPENED:
      sip_failover_flow_opened(core, clock_now(), news->flow, &news->address);
      break;
    case FLOW_FAILED:
      sip_failover_flow_failed(core, clock_now(), news->flow, news->reason);
      break;
    case FLOW_BYTES:
      if (sip_failover_flow_bytes(core, clock_now(), news->flow, news->octets, news->size) ==
          SF_ERROR_STALE_FLOW)
        udp_flow_close(news->flow);
      break;
    case FLOW_INCOMING:
      number = sip_failover_flow_incoming(core, clock_now(), news->flow, &news->address);
      if (number <= 0) break;
      udp_flow_accept((uint32_t)number, news->flow, &news->address);
      sip_failover_flow_bytes(core, clock_now(), (uint32_t)number, news->octets, news->size);
  }
}

static void trapped(void) {
  say_trap(sip_failover_trap(core));
  udp_flows_close_all();
  sip_failover_close(core);
  core = NULL;
  restart_at = clock_now() + RESTART_AFTER;
}

/* After a trap, until the core takes its configuration again. */
static void restart(void) {
  if (clock_now() < restart_at || open_core()) return;
  sip_failover_close(core);
  core = NULL;
  restart_at = clock_now() + RESTART_AFTER;
}

void phone_turn(void) {
  struct sip_failover_action action;
  struct flow_news news;
  bool has_news;
  if (core == NULL) restart();
  if (core == NULL) return;
  do {
    int32_t answer;
    while ((answer = sip_failover_next_action(core, clock_now(), &action)) > 0) act(&action);
    if (answer == SIP_FAILOVER_TRAPPED) {
      trapped();
      return;
    }
    has_news = udp_flows_next(&news);
    if (has_news) tell(&news);
  } while (has_news);
}

void phone_stop(void) {
  if (core == NULL)
    is_over = true;
  else
    sip_failover_stop(core, clock_now());
}

bool phone_is_over(void) {
  return is_over;
}
