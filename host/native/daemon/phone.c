#include "phone.h"

#include "clock.h"
#include "driver.h"
#include "program.h"
#include "say.h"
#include "setup.h"
#include "state.h"
#include "tls_take.h"
#include "tls_watch.h"
#include "way_watch.h"
#include "wire.h"

/* How long after a trap the core is opened again: time to breathe, and within a second. Milliseconds. */
#define RESTART_AFTER 500

/*
 * How long an orderly stop may take before everything is closed all the same: R7's 2 s and some.
 * Milliseconds.
 */
#define STOP_LIMIT 2500

#define COULD_NOT_START 1

static struct sip_failover *core; /* NULL: closed, or trapped */
static bool was_listening, is_stopping, is_over;
static int status;
static int64_t restart_at = SIP_FAILOVER_NEVER, stop_limit = SIP_FAILOVER_NEVER;

/* It is over: the core gets and does nothing more. */
static void end(int with) {
  status = with;
  is_over = true;
  driver_take(NULL);
}

/* The phone cannot start. */
static void refuse_start(void) {
  end(COULD_NOT_START);
}

bool phone_open(const struct options *options) {
  int32_t errors = 0;
  setup_read(options);
  core = setup_core(&errors);
  if (core == NULL) return false;
  if (errors == 0 || options->is_lenient) return true;
  say_error("%d error%s: the phone does not start. --lenient starts it all the same.", (int)errors,
            errors == 1 ? "" : "s");
  return false;
}

void phone_start(void) {
  int32_t answer = sip_failover_start(core, driver_now());
  driver_take(core);
  if (answer < 0 && answer != SIP_FAILOVER_TRAPPED) {
    say_error("The core does not start: %s.", sip_failover_name(sf_names_error, answer));
    refuse_start();
  }
  driver_turn();
}

bool phone_works(void) {
  return driver_works();
}

struct sip_failover *phone_core(void) {
  return core;
}

static void close_core(void) {
  driver_take(NULL);
  flows_close_all();
  sip_failover_close(core);
  core = NULL;
}

/* Everything is closed, and begun anew a little later. */
void program_trapped(void) {
  say_warning("The core has trapped (%s): it is started anew with the same configuration.",
              sip_failover_trap(core));
  state_trapped(sip_failover_trap(core));
  close_core();
  restart_at = driver_time() + RESTART_AFTER;
  if (is_stopping) end(status);
}

static void restart(void) {
  int32_t errors;
  core = setup_core(&errors);
  restart_at = core == NULL ? clock_now() + RESTART_AFTER : SIP_FAILOVER_NEVER;
  if (core != NULL) phone_start();
}

/* Why the UDP port, without which a phone cannot start, is not open. */
static void port_failed(unsigned port, enum sf_flow_failure reason) {
  if (reason == SF_FLOW_FAILURE_ADDRESS_IN_USE)
    say_error("Port %u (UDP) is in use by another program: stop that, or set sip.listen_port to another "
              "port, or to 0 for any.",
              port);
  else if (reason == SF_FLOW_FAILURE_NOT_PERMITTED)
    say_error("Port %u (UDP) may not be opened by this user: set sip.listen_port above 1023.", port);
  else
    say_error("Port %u (UDP) cannot be opened: %s.", port,
              sip_failover_name(sf_names_flowFailure, (int)reason));
  refuse_start();
}

/*
 * Event, account, then for the events of the listening ports transport u8, port u32, reason u8
 * (host/abi/events.ts).
 */
static void take_event(const uint8_t *record, size_t size) {
  say_record(record, size, driver_time(), NULL, 0);
  if (record[0] == SF_EVENT_REGISTERED) state_registered();
  if (size < 8 - (record[0] == SF_EVENT_LISTENING) || record[2] != SF_TRANSPORT_UDP) return;
  if (record[0] == SF_EVENT_LISTENING)
    was_listening = true;
  else if (record[0] == SF_EVENT_LISTEN_FAILED && !was_listening)
    port_failed(record[3] | (unsigned)record[4] << 8, (enum sf_flow_failure)record[7]);
}

void program_action(const struct sip_failover_action *action) {
  wire_action(action);
  if (action->kind == SF_ACTION_EVENT)
    take_event(action->octets.at, action->octets.size);
  else if (action->kind == SF_ACTION_TLS)
    tls_take(action);
  else if (action->kind == SF_ACTION_STOPPED)
    end(status);
}

void program_news(const struct flow *flow) {
  if (flow->news == FAILED) way_watch_failed(&flow->remote, flow->reason);
  wire_news(flow);
}

void program_received(uint32_t flow, const uint8_t *octets, size_t size) {
  const struct flow *from = flow_of(flow);
  if (from != NULL) {
    way_watch_works(&from->remote);
    if (from->connection.is_ours && from->connection.tls != NULL) tls_watch_works(&from->remote);
  }
  wire_received(flow, octets, size);
}

void program_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                      size_t size) {
  wire_incoming(listener, source, octets, size);
}

void program_accepted(uint32_t flow, uint32_t listener, enum sf_transport transport,
                      const struct sip_failover_address *source) {
  wire_accepted(flow, listener, transport, source);
}

void program_tls_files(const struct tls_files *files, const char *why) {
  tls_watch_files(files, why);
}

void program_tls_failed(const struct sip_failover_address *server, const struct tls *tls) {
  tls_watch_failed(server, tls);
}

void phone_turn(void) {
  int64_t now = clock_now();
  if (is_stopping && now >= stop_limit) end(status);
  if (core == NULL && now >= restart_at) restart();
  driver_turn();
}

int64_t phone_deadline(void) {
  int64_t deadline = core == NULL ? restart_at : sip_failover_next_deadline(core);
  return deadline < stop_limit ? deadline : stop_limit;
}

void phone_stop(void) {
  if (is_stopping) return;
  is_stopping = true;
  stop_limit = driver_now() + STOP_LIMIT;
  if (core == NULL)
    end(status);
  else
    sip_failover_stop(core, driver_time());
  phone_turn();
}

bool phone_is_over(int *exit_status) {
  *exit_status = status;
  return is_over;
}

void phone_close(void) {
  close_core();
  tls_unload();
  setup_free();
}
