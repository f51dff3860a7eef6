#include "udp.h"

#include <errno.h>
#include <string.h>

#include "icmp.h"
#include "driver.h"
#include "port.h"

/* The listening flow: there is one of UDP. */
static uint32_t listening_flow;

/* Datagrams of one flow before the others have their turn. */
#define MOST_AT_ONCE 32

/*
 * A datagram; what is longer is told to the core with its whole length, which is more than its input area
 * holds.
 */
static uint8_t received[16 * 1024];

static short wants_input(const struct flow *flow) {
  (void)flow;
  return POLLIN;
}

/* Reads a datagram: its length, or -1 and errno. */
static ssize_t receive(int descriptor, struct sip_failover_address *source) {
  union socket_address system;
  socklen_t size = sizeof system;
  ssize_t length = recvfrom(descriptor, received, sizeof received, MSG_TRUNC, &system.any, &size);
  if (length >= 0) *source = from_system(&system);
  return length;
}

/* Whether a flow goes on after an error; otherwise it has failed. */
static bool survives(struct flow *flow, int error) {
  if (error == EINTR) return true;
  int noted = icmp_take(flow->descriptors[0]);
  if (noted == ICMP_PASSING) return true;
  flow_failed(flow, failure_of(noted > 0 ? noted : error));
  return false;
}

static bool is_of_full_buffers(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == EMSGSIZE;
}

static void flow_ready(struct flow *flow, int descriptor) {
  uint32_t number = flow->number;
  int noted = icmp_take(descriptor), error;
  if (noted > 0) {
    flow_failed(flow, failure_of(noted));
    return;
  }
  /* What has been noted is an error of the next call as well. */
  if (noted == ICMP_PASSING) getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
  for (int i = 0; i < MOST_AT_ONCE && flow->number == number && flow->descriptors[0] == descriptor; i++) {
    struct sip_failover_address source;
    ssize_t length = receive(descriptor, &source);
    if (length < 0) {
      if (is_of_full_buffers(errno) || !survives(flow, errno)) return;
    } else if (same_address(&source, &flow->remote)) {
      driver_bytes(number, received, (size_t)length);
    } else {
      /* Of somebody else: it reached the port before the socket was connected. */
      driver_incoming(listening_flow, &source, received, (size_t)length);
    }
  }
}

/* What does not fit anywhere is lost, as on the way: it will be repeated. */
static void flow_transmit(struct flow *flow, const uint8_t *octets, size_t size) {
  while (send(flow->descriptors[0], octets, size, 0) < 0)
    if (is_of_full_buffers(errno) || !survives(flow, errno)) return;
}

static const struct flow_kind datagrams = {.wanted = wants_input, .ready = flow_ready, .send = flow_transmit};

/*
 * Binds and connects in one go: in between, datagrams of others could land here. Our end, or false and errno.
 */
static bool connect_socket(struct flow *flow, uint16_t local_port, struct sip_failover_address *local) {
  uint8_t family = flow->remote.family;
  struct sip_failover_address any = {family, local_port, {0}};
  union socket_address system;
  int descriptor = open_socket(family, SOCK_DGRAM), shared = 1;
  if (descriptor < 0) return false;
  flow->descriptors[0] = descriptor;
  icmp_listen(descriptor, family == SF_FAMILY_IPV6);
  if (local_port != 0) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &shared, sizeof shared);
  if (bind(descriptor, &system.any, to_system(&any, &system)) != 0) return false;
  if (connect(descriptor, &system.any, to_system(&flow->remote, &system)) != 0) return false;
  return local_end(descriptor, local);
}

void udp_open(uint32_t number, const struct sip_failover_address *remote, uint16_t local_port) {
  struct flow *flow = flow_new(&datagrams, number, SF_TRANSPORT_UDP);
  struct sip_failover_address local;
  flow->remote = *remote;
  if (connect_socket(flow, local_port, &local))
    flow_opened(flow, &local);
  else
    flow_failed(flow, failure_of(errno));
}

static void port_ready(struct flow *port, int descriptor) {
  uint32_t number = port->number;
  for (int i = 0; i < MOST_AT_ONCE && port->number == number && port->news != FAILED; i++) {
    struct sip_failover_address source;
    ssize_t length = receive(descriptor, &source);
    /* An unconnected socket has no errors of its peers; one of its own does not end the port. */
    if (length < 0) return;
    driver_incoming(number, &source, received, (size_t)length);
  }
}

static const struct flow_kind listening = {.wanted = wants_input, .ready = port_ready};

void udp_listen(uint32_t number, uint16_t port) {
  listening_flow = number;
  port_open(flow_new(&listening, number, SF_TRANSPORT_UDP), SOCK_DGRAM, port);
}

/* An answer to a stranger that does not arrive is the stranger's affair. */
static void stranger_send(struct flow *flow, const uint8_t *octets, size_t size) {
  const struct flow *port = flow_of(flow->listener);
  union socket_address system;
  socklen_t length = to_system(&flow->remote, &system);
  int descriptor = port == NULL ? -1 : port->descriptors[flow->remote.family == SF_FAMILY_IPV4 ? 0 : 1];
  if (descriptor >= 0) sendto(descriptor, octets, size, 0, &system.any, length);
}

static const struct flow_kind strangers = {.send = stranger_send};

struct flow *udp_stranger(uint32_t listener, const struct sip_failover_address *source) {
  struct flow *flow = NULL;
  while ((flow = flow_next(flow)) != NULL)
    if (flow->kind == &strangers && flow->listener == listener && same_address(&flow->remote, source)) break;
  return flow;
}

void udp_add_stranger(uint32_t number, uint32_t listener, const struct sip_failover_address *source) {
  struct flow *flow = flow_new(&strangers, number, SF_TRANSPORT_UDP);
  flow->listener = listener;
  flow->remote = *source;
}
