/* Random numbers of the system. */
#ifndef ENTROPY_H
#define ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills a buffer of 256 octets at most. False where the system has none. */
bool read_entropy(uint8_t *octets, size_t size);

#endif
