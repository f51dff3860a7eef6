/* Opens the core and configures it, as often as it takes. */
#ifndef SETUP_H
#define SETUP_H

#include "options.h"

/* Reads the files that the options name. What is wrong with them is told. */
void setup_read(const struct options *options);

/*
 * A core that is configured with them, with new random numbers and with the DNS servers of the options or
 * else of the system. What the core says of the files is told the first time; `errors` is how many they have.
 * NULL, and it has been said why.
 */
struct sip_failover *setup_core(int32_t *errors);

/* Forgets the files. */
void setup_free(void);

#endif
