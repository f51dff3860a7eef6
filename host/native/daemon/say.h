/* What the program says: records and, in sentences, whatever else there is. */
#ifndef SAY_H
#define SAY_H

#include "options.h"

/* Octets of a sentence, its NUL counted; what is longer is cut. */
#define SENTENCE_ROOM 1024

/* Chooses where it goes. */
void say_open(const struct options *options);

/* An event record at a time in milliseconds; `files` are what its diagnostics call files by their numbers. */
void say_record(const uint8_t *record, size_t size, int64_t t, const char *const *files, size_t file_count);

/* A sentence that somebody should read; and one that says why the program ends. */
__attribute__((format(printf, 1, 2))) void say_warning(const char *format, ...);
__attribute__((format(printf, 1, 2))) void say_error(const char *format, ...);

/* Text of a line between the records; the line ends with "\n". */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Sends on what has been said. False where nobody reads it any more. */
bool say_flush(void);

/* For texts in pieces: a sip_failover_write. */
void say_piece(void *context, const char *text, size_t length);

#endif
