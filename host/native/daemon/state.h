/*
 * The state folder: DIR/status, a line of JSON for whoever supervises the program, so that an update that
 * does not come up can be taken back: {"version":"…","core":"…","restarts":0,"trap":"…","registered":true}.
 */
#ifndef STATE_H
#define STATE_H

/*
 * Keeps the file in a folder from now on; NULL: nowhere. Where that cannot be, it is said once, and the phone
 * goes on.
 */
void state_open(const char *folder);

/* An account is registered. */
void state_registered(void);

/* The core has trapped for a reason and is started anew. */
void state_trapped(const char *reason);

#endif
