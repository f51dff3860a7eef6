#include "port.h"

#include <errno.h>
#include <unistd.h>

/* How often a free port is looked for that both address families have. */
#define PORT_TRIES 16

/* Connections that wait to be accepted. */
#define BACKLOG 64

/* A socket at a port of any address; -1 and errno. */
static int open_one(uint8_t family, int type, bool is_shared, uint16_t port) {
  struct sip_failover_address any = {family, port, {0}};
  union socket_address system;
  socklen_t size = to_system(&any, &system);
  int descriptor = open_socket(family, type), on = 1;
  if (descriptor < 0) return -1;
  if (is_shared) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(descriptor, &system.any, size) == 0 && (type == SOCK_DGRAM || listen(descriptor, BACKLOG) == 0))
    return descriptor;
  int error = errno;
  close(descriptor);
  errno = error;
  return -1;
}

/* Opens both; false and errno. What the machine does not have is left out. `port` becomes the one found. */
static bool open_both(int type, bool is_shared, uint16_t *port, int descriptors[FLOW_DESCRIPTORS]) {
  for (int tries = 1;; tries++) {
    struct sip_failover_address local;
    descriptors[1] = -1;
    descriptors[0] = open_one(SF_FAMILY_IPV4, type, is_shared, *port);
    if (descriptors[0] < 0 || !local_end(descriptors[0], &local)) return false;
    descriptors[1] = open_one(SF_FAMILY_IPV6, type, is_shared, local.port);
    if (descriptors[1] >= 0 || failure_of(errno) == SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE) {
      *port = local.port;
      return true;
    }
    int error = errno;
    close(descriptors[0]);
    descriptors[0] = -1;
    errno = error;
    if (*port != 0 || tries == PORT_TRIES) return false;
  }
}

void port_open(struct flow *flow, int type, uint16_t port) {
  bool is_stream = type == SOCK_STREAM;
  bool is_open = open_both(type, is_stream, &port, flow->descriptors);
  if (is_open && !is_stream) {
    for (int i = 0; i < FLOW_DESCRIPTORS; i++)
      if (flow->descriptors[i] >= 0) close(flow->descriptors[i]);
    is_open = open_both(type, true, &port, flow->descriptors);
  }
  struct sip_failover_address local = {SF_FAMILY_IPV4, port, {0}};
  if (is_open)
    flow_opened(flow, &local);
  else
    flow_failed(flow, failure_of(errno));
}
