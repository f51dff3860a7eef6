/* The phone: the core, and what it asks for. */
#ifndef PHONE_H
#define PHONE_H

#include "sip_failover.h"

/* Opens the core with one file of configuration; false, and it has been said why, where that fails. */
bool phone_open(const struct sip_failover_file *file);

/* Tells the core what has come, and does what it asks for, until nothing is left to do now. */
void phone_turn(void);

/* Begins an orderly stop, which takes 2 s at most. */
void phone_stop(void);

/* Whether it has come to its end. */
bool phone_is_over(void);

#endif
