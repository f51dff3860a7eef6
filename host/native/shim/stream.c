#include "stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "driver.h"
#include "port.h"
#include "program.h"
#include "tls_take.h"

/* How long a connection that we end may take for what was sent before, in milliseconds. */
#define LINGER 1000

/* How long the handshake of another's connection may take, in milliseconds. */
#define HANDSHAKE_LIMIT 10000

/* Connections of others by one transport: as many as the core has flows. */
#define MOST_ACCEPTED 64

/* Octets that may wait for a peer that takes nothing: many messages of 4 KiB. */
#define MOST_UNSENT ((size_t)256 * 1024)

/*
 * How long a listening port rests when the system has nothing left for a connection, in milliseconds: poll
 * would tell of those that wait without end.
 */
#define REST 200

/* Pieces of one connection, or new connections at one port, before the others have their turn. */
#define MOST_AT_ONCE 16

/*
 * A piece: a whole record of TLS (RFC 5246, section 6.2.1), so that none of it waits where poll does not see
 * it.
 */
static uint8_t received[16 * 1024];

/* What came of a call of the system: `count` octets, or why not. */
static enum tls_result result_of(ssize_t moved, enum tls_result wanted, size_t *count) {
  if (moved > 0) {
    *count = (size_t)moved;
    return TLS_DONE;
  }
  if (moved == 0) return TLS_CLOSED;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? wanted : TLS_FAILED;
}

static enum tls_result read_some(struct flow *flow, size_t *count) {
  if (flow->connection.tls != NULL) return tls_read(flow->connection.tls, received, sizeof received, count);
  return result_of(recv(flow->descriptors[0], received, sizeof received, 0), TLS_WANTS_READ, count);
}

static enum tls_result write_some(struct flow *flow, size_t *count) {
  struct connection *connection = &flow->connection;
  if (connection->tls != NULL)
    return tls_write(connection->tls, connection->unsent, connection->unsent_size, count);
  ssize_t moved = send(flow->descriptors[0], connection->unsent, connection->unsent_size, MSG_NOSIGNAL);
  return result_of(moved, TLS_WANTS_WRITE, count);
}

/*
 * The connection cannot be made, or is at its end. Over TLS it is said once why, where the server is to
 * blame.
 */
static void gone(struct flow *flow, enum tls_result result) {
  struct connection *connection = &flow->connection;
  bool is_handshake = connection->stage == SHAKING_HANDS;
  enum sf_flow_failure reason = result == TLS_BAD_CERTIFICATE ? SF_FLOW_FAILURE_TLS_CERTIFICATE
                                : is_handshake                ? SF_FLOW_FAILURE_TLS_HANDSHAKE
                                : result == TLS_CLOSED        ? SF_FLOW_FAILURE_CLOSED
                                                              : failure_of(errno);
  if (connection->is_ours && (is_handshake || result == TLS_BAD_CERTIFICATE))
    program_tls_failed(&flow->remote, connection->tls);
  flow_failed(flow, reason);
}

/* Sends what waits, as far as possible; false: the connection is gone. */
static bool flush(struct flow *flow) {
  struct connection *connection = &flow->connection;
  while (connection->unsent_size > 0) {
    size_t count = 0;
    enum tls_result result = write_some(flow, &count);
    if (result == TLS_WANTS_READ || result == TLS_WANTS_WRITE) return true;
    if (result != TLS_DONE) {
      gone(flow, result);
      return false;
    }
    connection->unsent_size -= count;
    memmove(connection->unsent, connection->unsent + count, connection->unsent_size);
  }
  free(connection->unsent);
  connection->unsent = NULL;
  return true;
}

static void connection_send(struct flow *flow, const uint8_t *octets, size_t size) {
  struct connection *connection = &flow->connection;
  uint8_t *unsent = realloc(connection->unsent, connection->unsent_size + size);
  if (unsent == NULL) {
    flow_failed(flow, SF_FLOW_FAILURE_NO_RESOURCES);
    return;
  }
  memcpy(unsent + connection->unsent_size, octets, size);
  connection->unsent = unsent;
  connection->unsent_size += size;
  if (connection->stage == OPEN && !flush(flow)) return;
  if (connection->unsent_size > MOST_UNSENT) flow_failed(flow, SF_FLOW_FAILURE_TIMED_OUT);
}

/* Everything has been sent: says so. */
static void end_sending(struct flow *flow) {
  tls_close(flow->connection.tls);
  flow->connection.tls = NULL;
  shutdown(flow->descriptors[0], SHUT_WR);
}

/*
 * Ends a connection. What was sent still goes out, for a second at most: meanwhile the other end may send as
 * well, and closing at once would make the system throw away what it has not read yet.
 */
static void connection_close(struct flow *flow) {
  struct connection *connection = &flow->connection;
  if (connection->stage != OPEN) {
    flow_free(flow);
    return;
  }
  connection->stage = ENDING;
  flow->number = 0;
  flow->deadline = clock_now() + LINGER;
  if (connection->unsent_size == 0) end_sending(flow);
}

/* The connection may be used, and was ours to make. */
static void open_now(struct flow *flow) {
  struct sip_failover_address local;
  flow->connection.stage = OPEN;
  if (!local_end(flow->descriptors[0], &local)) {
    gone(flow, TLS_CLOSED);
    return;
  }
  flow_opened(flow, &local);
  flush(flow);
}

/* Tells the core of another's connection, which it may not want. */
static void announce(struct flow *flow, uint32_t listener) {
  flow->connection.stage = OPEN;
  flow->listener = 0;
  flow->deadline = SIP_FAILOVER_NEVER;
  local_end(flow->descriptors[0], &flow->local);
  flow->number = driver_accepted(listener, flow->transport, &flow->remote);
  if (flow->number == 0) flow_free(flow);
  driver_turn();
}

static void shake_hands(struct flow *flow) {
  struct connection *connection = &flow->connection;
  enum tls_result result = tls_shake_hands(connection->tls);
  connection->wants_write = result == TLS_WANTS_WRITE;
  if (result == TLS_DONE && flow->listener != 0)
    announce(flow, flow->listener);
  else if (result == TLS_DONE)
    open_now(flow);
  else if (result != TLS_WANTS_READ && result != TLS_WANTS_WRITE)
    gone(flow, result);
}

static void connected(struct flow *flow) {
  struct connection *connection = &flow->connection;
  int error = 0;
  getsockopt(flow->descriptors[0], SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
  if (error != 0) {
    errno = error;
    gone(flow, TLS_FAILED);
  } else if (connection->tls == NULL) {
    open_now(flow);
  } else {
    connection->stage = SHAKING_HANDS;
    shake_hands(flow);
  }
}

/* Reads what has come. The core may close the flow meanwhile, and its place may be another's then. */
static void take_input(struct flow *flow) {
  uint32_t number = flow->number;
  int descriptor = flow->descriptors[0];
  for (int i = 0; i < MOST_AT_ONCE && flow->number == number && flow->descriptors[0] == descriptor; i++) {
    size_t count = 0;
    enum tls_result result = read_some(flow, &count);
    if (result == TLS_WANTS_READ || result == TLS_WANTS_WRITE) return;
    if (result != TLS_DONE) {
      gone(flow, result);
      return;
    }
    if (flow->connection.stage == ENDING) continue;
    driver_bytes(number, received, count);
  }
}

static void connection_ready(struct flow *flow, int descriptor) {
  struct connection *connection = &flow->connection;
  (void)descriptor;
  if (connection->stage == CONNECTING) {
    connected(flow);
  } else if (connection->stage == SHAKING_HANDS) {
    shake_hands(flow);
  } else {
    bool was_sending = connection->unsent_size > 0;
    if (!flush(flow)) return;
    if (connection->stage == ENDING && was_sending && connection->unsent_size == 0) end_sending(flow);
    take_input(flow);
  }
}

static short connection_wanted(const struct flow *flow) {
  const struct connection *connection = &flow->connection;
  if (connection->stage == CONNECTING) return POLLOUT;
  bool wants_write =
      connection->stage == SHAKING_HANDS ? connection->wants_write : connection->unsent_size > 0;
  return wants_write ? POLLIN | POLLOUT : POLLIN;
}

static const struct flow_kind connections = {.wanted = connection_wanted,
                                             .ready = connection_ready,
                                             .send = connection_send,
                                             .close = connection_close};

/* Sends small pieces at once (RFC 3261 messages are answered one by one). */
static void without_delay(int descriptor) {
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

void stream_open(uint32_t number, enum sf_transport transport, const struct sip_failover_address *remote,
                 const struct sip_failover_octets *name) {
  struct flow *flow = flow_new(&connections, number, transport);
  union socket_address system;
  socklen_t size = to_system(remote, &system);
  int descriptor = open_socket(remote->family, SOCK_STREAM);
  flow->remote = *remote;
  flow->descriptors[0] = descriptor;
  flow->connection.is_ours = true;
  if (descriptor >= 0 && transport == SF_TRANSPORT_TLS) {
    char text[TLS_TEXT_ROOM];
    if (tls_ready()) flow->connection.tls = tls_open(descriptor, tls_text(*name, text));
    if (flow->connection.tls == NULL) {
      flow_failed(flow, SF_FLOW_FAILURE_TLS_CERTIFICATE);
      return;
    }
  }
  if (descriptor >= 0) without_delay(descriptor);
  if (descriptor < 0 || (connect(descriptor, &system.any, size) != 0 && errno != EINPROGRESS))
    flow_failed(flow, failure_of(errno));
}

static int accepted_by(enum sf_transport transport) {
  int count = 0;
  for (const struct flow *flow = NULL; (flow = flow_next(flow)) != NULL;)
    if (flow->kind == &connections && !flow->connection.is_ours && flow->transport == transport) count++;
  return count;
}

/* Another end has connected to a listening port. */
static void accepted(struct flow *port, int descriptor, const struct sip_failover_address *source) {
  struct flow *flow = flow_new(&connections, 0, port->transport);
  flow->descriptors[0] = descriptor;
  flow->remote = *source;
  without_delay(descriptor);
  if (port->transport == SF_TRANSPORT_TCP) {
    announce(flow, port->number);
    return;
  }
  flow->connection.tls = tls_open(descriptor, NULL);
  flow->connection.stage = SHAKING_HANDS;
  flow->listener = port->number;
  flow->deadline = clock_now() + HANDSHAKE_LIMIT;
  if (flow->connection.tls == NULL)
    flow_free(flow);
  else
    shake_hands(flow);
}

static void port_ready(struct flow *port, int descriptor) {
  uint32_t number = port->number;
  for (int i = 0; i < MOST_AT_ONCE && port->number == number && port->news != FAILED; i++) {
    union socket_address system;
    socklen_t size = sizeof system;
    int connection = accept4(descriptor, &system.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) {
      if (failure_of(errno) == SF_FLOW_FAILURE_NO_RESOURCES) port->deadline = clock_now() + REST;
      return;
    }
    struct sip_failover_address source = from_system(&system);
    if (accepted_by(port->transport) >= MOST_ACCEPTED)
      close(connection);
    else
      accepted(port, connection, &source);
  }
}

/* At rest it waits for nothing but its deadline. */
static short port_wanted(const struct flow *port) {
  return port->deadline == SIP_FAILOVER_NEVER ? POLLIN : 0;
}

static void port_rested(struct flow *port) {
  port->deadline = SIP_FAILOVER_NEVER;
}

static const struct flow_kind listening = {.wanted = port_wanted, .ready = port_ready, .late = port_rested};

void stream_listen(uint32_t number, enum sf_transport transport, uint16_t port) {
  struct flow *flow = flow_new(&listening, number, transport);
  if (transport == SF_TRANSPORT_TLS && !(tls_ready() && tls_can_serve()))
    flow_failed(flow, SF_FLOW_FAILURE_TLS_CERTIFICATE);
  else
    port_open(flow, SOCK_STREAM, port);
}
