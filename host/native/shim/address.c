#include "address.h"

#include <errno.h>
#include <string.h>

socklen_t to_system(const struct sip_failover_address *address, union socket_address *system) {
  memset(system, 0, sizeof *system);
  if (address->family == SF_FAMILY_IPV4) {
    system->ipv4.sin_family = AF_INET;
    system->ipv4.sin_port = htons(address->port);
    memcpy(&system->ipv4.sin_addr, address->octets, sizeof system->ipv4.sin_addr);
    return sizeof system->ipv4;
  }
  system->ipv6.sin6_family = AF_INET6;
  system->ipv6.sin6_port = htons(address->port);
  memcpy(&system->ipv6.sin6_addr, address->octets, sizeof system->ipv6.sin6_addr);
  return sizeof system->ipv6;
}

struct sip_failover_address from_system(const union socket_address *system) {
  struct sip_failover_address address = {SF_FAMILY_IPV4, 0, {0}};
  if (system->any.sa_family == AF_INET) {
    address.port = ntohs(system->ipv4.sin_port);
    memcpy(address.octets, &system->ipv4.sin_addr, sizeof system->ipv4.sin_addr);
  } else {
    address.family = SF_FAMILY_IPV6;
    address.port = ntohs(system->ipv6.sin6_port);
    memcpy(address.octets, &system->ipv6.sin6_addr, sizeof system->ipv6.sin6_addr);
  }
  return address;
}

bool local_end(int descriptor, struct sip_failover_address *local) {
  union socket_address system;
  socklen_t size = sizeof system;
  if (getsockname(descriptor, &system.any, &size) != 0) return false;
  *local = from_system(&system);
  return true;
}

bool same_address(const struct sip_failover_address *one, const struct sip_failover_address *other) {
  return one->family == other->family && one->port == other->port &&
         memcmp(one->octets, other->octets, sizeof one->octets) == 0;
}

enum sf_flow_failure failure_of(int error) {
  static const struct {
    int error;
    enum sf_flow_failure reason;
  } reasons[] = {
      {ECONNREFUSED, SF_FLOW_FAILURE_REFUSED},
      {EHOSTUNREACH, SF_FLOW_FAILURE_UNREACHABLE},
      {ENETUNREACH, SF_FLOW_FAILURE_UNREACHABLE},
      {EHOSTDOWN, SF_FLOW_FAILURE_UNREACHABLE},
      {ENETDOWN, SF_FLOW_FAILURE_UNREACHABLE},
      {ETIMEDOUT, SF_FLOW_FAILURE_TIMED_OUT},
      {ECONNRESET, SF_FLOW_FAILURE_CLOSED},
      {ECONNABORTED, SF_FLOW_FAILURE_CLOSED},
      {EPIPE, SF_FLOW_FAILURE_CLOSED},
      {EADDRINUSE, SF_FLOW_FAILURE_ADDRESS_IN_USE},
      {EADDRNOTAVAIL, SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE},
      {EAFNOSUPPORT, SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE},
      {EINVAL, SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE},
      {EACCES, SF_FLOW_FAILURE_NOT_PERMITTED},
      {EPERM, SF_FLOW_FAILURE_NOT_PERMITTED},
      {EMFILE, SF_FLOW_FAILURE_NO_RESOURCES},
      {ENFILE, SF_FLOW_FAILURE_NO_RESOURCES},
      {ENOBUFS, SF_FLOW_FAILURE_NO_RESOURCES},
      {ENOMEM, SF_FLOW_FAILURE_NO_RESOURCES},
  };
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].error == error) return reasons[i].reason;
  return SF_FLOW_FAILURE_OTHER;
}

int open_socket(uint8_t family, int type) {
  int descriptor =
      socket(family == SF_FAMILY_IPV4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int only = 1;
  if (descriptor >= 0 && family == SF_FAMILY_IPV6)
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  return descriptor;
}
