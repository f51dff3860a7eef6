/* The phone: gives the core what comes in, one thing after the other, and does what it asks for. */
#ifndef PHONE_H
#define PHONE_H

#include "options.h"
#include "sip_failover.h"

/*
 * Opens the core and configures it with the files of the options. False, and it has been said why, where that
 * fails, or where the files have errors and the options are not lenient.
 */
bool phone_open(const struct options *options);

/* Begins to work. */
void phone_start(void);

/*
 * Whether it works, so that the application may ask for something: it has been started and has not trapped.
 */
bool phone_works(void);

/* The core, for requests of the application; after each of them, phone_turn. */
struct sip_failover *phone_core(void);

/*
 * Tells the core what has become of flows, and does what it asks for, until there is nothing left to do now.
 * After a trap the core is opened and configured anew half a second later.
 */
void phone_turn(void);

/* When phone_turn has something to do next, by the clock of clock.h. */
int64_t phone_deadline(void);

/* Begins an orderly stop: it is over after 2.5 s at most. */
void phone_stop(void);

/* Whether it is over; `status` is the exit status then. */
bool phone_is_over(int *status);

void phone_close(void);

#endif
