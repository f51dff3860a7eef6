/*
 * The state folder: DIR/status, a line of JSON for whoever supervises the program, so that an update that
 * does not come up can be taken back: {"version":"…","core":"…","restarts":0,"trap":"…","registered":true}.
 */
#ifndef STATE_H
#define STATE_H

#include <stdint.h>

/*
 * Keeps the file in a folder from now on; NULL: nowhere. Where that cannot be, it is said once, the phone goes
 * on, and it is tried again.
 */
void state_open(const char *folder);

/* When it is tried again, and what is to be done then. */
int64_t state_deadline(void);
void state_turn(void);

/* An account is registered. */
void state_registered(void);

/* The core has trapped for a reason and is started anew. */
void state_trapped(const char *reason);

#endif
