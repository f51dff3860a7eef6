/* Addresses of sockets, and errors of the system, as the contract has them. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "sip_failover.h"

/* An address of either family as the system wants it. */
union socket_address {
  struct sockaddr any;
  struct sockaddr_in ipv4;
  struct sockaddr_in6 ipv6;
};

/* The address for the system, and its size. */
socklen_t to_system(const struct sip_failover_address *address, union socket_address *system);

/* The address of the system's; a link-local one loses its zone. */
struct sip_failover_address from_system(const union socket_address *system);

/* Our end of a socket. False where the system has it no more. */
bool local_end(int descriptor, struct sip_failover_address *local);

bool same_address(const struct sip_failover_address *one, const struct sip_failover_address *other);

/* The contract's reason for an error of the system. */
enum sf_flow_failure failure_of(int error);

/* A socket that does not block and is not inherited; -1 and errno where it cannot be had. */
int open_socket(uint8_t family, int type);

#endif
