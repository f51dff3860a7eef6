/* A library that parses SIP, as measure.c takes its time. */
#ifndef PARSER_H
#define PARSER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the library ready. */
void parser_open(void);

/*
 * Parses a message, with all header fields that a phone looks at, and gives back all that this took; whether
 * the library takes it for a whole message. It may look at one octet more than `size`, which is 0.
 */
bool parser_parse(const char *octets, size_t size);

/* Gives back what parser_open took. */
void parser_close(void);

#endif
