/* Texts of actions for TLS. */
#ifndef TLS_TAKE_H
#define TLS_TAKE_H

#include "sip_failover.h"

/* Octets of a name or path, its NUL counted. */
#define TLS_TEXT_ROOM 1024

/* A text of an action, ended by a NUL; what is too long is cut. */
const char *tls_text(struct sip_failover_octets octets, char text[TLS_TEXT_ROOM]);

/* Takes the files that an action names. False where one cannot be used: `why` is a sentence. */
bool tls_take(const struct sip_failover_action *action, char *why, size_t size);

#endif
