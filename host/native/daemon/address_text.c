#include "address_text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_PORT 65535

static bool parse_port(const char *text, struct sip_failover_address *address) {
  char *end;
  unsigned long port = strtoul(text, &end, 10);
  address->port = (uint16_t)port;
  return text[0] >= '0' && text[0] <= '9' && *end == '\0' && port <= MOST_PORT;
}

bool parse_address(const char *text, struct sip_failover_address *address) {
  char host[INET6_ADDRSTRLEN];
  const char *colon = strrchr(text, ':');
  bool is_bracketed = text[0] == '[';
  bool has_port = colon != NULL && (is_bracketed ? colon[-1] == ']' : strchr(text, ':') == colon);
  size_t length = has_port ? (size_t)(colon - text) : strlen(text);
  if (is_bracketed) {
    if (length < 2 || text[length - 1] != ']') return false;
    text++;
    length -= 2;
  }
  if (length >= sizeof host) return false;
  memcpy(host, text, length);
  host[length] = '\0';
  memset(address, 0, sizeof *address);
  address->family = strchr(host, ':') == NULL ? SF_FAMILY_IPV4 : SF_FAMILY_IPV6;
  if (inet_pton(address->family == SF_FAMILY_IPV4 ? AF_INET : AF_INET6, host, address->octets) != 1)
    return false;
  return !has_port || parse_port(colon + 1, address);
}

const char *address_text(const struct sip_failover_address *address, char text[ADDRESS_ROOM]) {
  char host[INET6_ADDRSTRLEN];
  bool is_ipv4 = address->family == SF_FAMILY_IPV4;
  inet_ntop(is_ipv4 ? AF_INET : AF_INET6, address->octets, host, sizeof host);
  snprintf(text, ADDRESS_ROOM, is_ipv4 ? "%s:%u" : "[%s]:%u", host, (unsigned)address->port);
  return text;
}
