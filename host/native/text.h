/* Writing texts in pieces, for the files of the library alone. */
#ifndef SIP_FAILOVER_TEXT_H
#define SIP_FAILOVER_TEXT_H

#include "sip_failover.h"

struct output {
  sip_failover_write write;
  void *context;
};

void sf_put(struct output *output, const char *text);

void sf_put_number(struct output *output, int64_t number);

/* Writes what stands between the quotes of a text in JSON. What is not UTF-8 becomes U+FFFD. */
void sf_put_inner(struct output *output, const uint8_t *text, size_t size);

/* Writes a text in JSON, its quotes included. */
void sf_put_text(struct output *output, struct sip_failover_octets text);

/* Writes an end of a flow as records have it: udp:192.0.2.1:5060, tls:[2001:db8::1]:5061. */
void sf_put_end(struct output *output, enum sf_transport transport,
                const struct sip_failover_address *address);

#endif
