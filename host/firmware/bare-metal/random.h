/* Random numbers. The board has no source of its own: it asks the host. A product has one. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills octets from the host's source; false where there is none. */
bool random_octets(void *octets, size_t size);

/* A number for what has to differ, and need not be secret: ports, identifiers of packets. */
uint32_t random_number(void);

#endif
