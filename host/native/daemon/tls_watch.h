/* Says a sentence when TLS cannot be used, at all or with a server: once for each reason until it works again. */
#ifndef TLS_WATCH_H
#define TLS_WATCH_H

#include "sip_failover.h"
#include "tls.h"

/* The files of TLS have been read; or one cannot be used, and why. */
void tls_watch_files(const struct tls_files *files, const char *why);

/* A connection to a server cannot be made. */
void tls_watch_failed(const struct sip_failover_address *server, const struct tls *tls);

/* A server has sent something: its TLS is in order. */
void tls_watch_works(const struct sip_failover_address *server);

#endif
