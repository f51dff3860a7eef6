#include "way_watch.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "say.h"

/* Addresses that are remembered; the oldest makes room. */
#define MOST_ADDRESSES 32

static struct sip_failover_address unreached[MOST_ADDRESSES]; /* family 0: none */
static size_t oldest;

/* The place of an address, whatever its port; NULL: it is not there. */
static struct sip_failover_address *place_of(const struct sip_failover_address *end) {
  for (size_t i = 0; i < MOST_ADDRESSES; i++)
    if (unreached[i].family == end->family &&
        memcmp(unreached[i].octets, end->octets, sizeof end->octets) == 0)
      return &unreached[i];
  return NULL;
}

void way_watch_failed(const struct sip_failover_address *end, enum sf_flow_failure reason) {
  bool is_ours = reason == SF_FLOW_FAILURE_UNREACHABLE || reason == SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE;
  /* A listening port has no other end. */
  if (!is_ours || end->family == 0 || place_of(end) != NULL) return;
  unreached[oldest++ % MOST_ADDRESSES] = *end;
  char text[INET6_ADDRSTRLEN];
  inet_ntop(end->family == SF_FAMILY_IPV4 ? AF_INET : AF_INET6, end->octets, text, sizeof text);
  say_warning("There is no way to %s: the network is down, there is no route, or this machine's address has "
              "changed.",
              text);
}

void way_watch_works(const struct sip_failover_address *end) {
  struct sip_failover_address *place = end->family == 0 ? NULL : place_of(end);
  if (place != NULL) place->family = 0;
}
