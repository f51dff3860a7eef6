/* What the command line asks for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "sip_failover.h"

/* DNS servers that the core takes. */
#define MOST_DNS_SERVERS 4

struct options {
  char **files; /* of the configuration, in order */
  size_t file_count;
  struct sip_failover_address dns[MOST_DNS_SERVERS];
  size_t dns_count;
  int64_t duration;   /* milliseconds; SIP_FAILOVER_NEVER: until it is stopped */
  const char *module; /* NULL: compiled in */
  const char *state;  /* a folder; NULL: none */
  bool is_lenient, has_control, has_wire, has_syslog;
};

/* Reads the command line. False: it is to end with `status`, and what there is to say has been said. */
bool read_options(int count, char **words, struct options *options, int *status);

#endif
