/* What actions say of TLS. */
#ifndef TLS_TAKE_H
#define TLS_TAKE_H

#include "sip_failover.h"

/* Octets of a name or path, its NUL counted. */
#define TLS_TEXT_ROOM 1024

/* A text of an action, ended by a NUL; what is too long is cut. */
const char *tls_text(struct sip_failover_octets octets, char text[TLS_TEXT_ROOM]);

/*
 * Takes the files that an action names, instead of those before. Where one cannot be used they are read again
 * whenever they are wanted; the program is told each time what came of it.
 */
void tls_take(const struct sip_failover_action *action);

/* Whether TLS can be used: the files have been read, now if not before. */
bool tls_ready(void);

#endif
