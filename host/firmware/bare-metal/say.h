/* What the program says, a line each at the serial port: records, and sentences. */
#ifndef SAY_H
#define SAY_H

#include <stddef.h>
#include <stdint.h>

/* A record as a JSON object. `file` is the name of the configuration, for its diagnostics. */
void say_record(const uint8_t *record, size_t size, int64_t t, const char *file);

/* {"warning":"sentence"} */
void say(const char *sentence);

/* The core has trapped: why, as the tail of a sentence. */
void say_trap(const char *reason);

/* {"memory":{"stack":octets that were ever used}} */
void say_memory(size_t stack);

#endif
