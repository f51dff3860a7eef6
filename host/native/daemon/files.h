/* The configuration files on the disk. */
#ifndef FILES_H
#define FILES_H

#include "sip_failover.h"

/* Files that the core takes. */
#define MOST_FILES 16

/* Octets of a text in a diagnostic. */
#define DETAIL_ROOM 400

/* Where something was found; lines and columns count from 1. */
struct place {
  const char *file;
  size_t line, column;
};

/* Takes a diagnostic of the files as such: an event record, whose file 0 is `name`. */
typedef void (*take_diagnostic)(const uint8_t *record, size_t size, const char *name);

/* Files as they were read. */
struct files {
  struct sip_failover_file file[MOST_FILES];
  size_t count;
  int errors; /* files that cannot be read, and what is wrong with boot files */
  take_diagnostic take;
};

/* Reads a configuration file, or the files that a boot file (*.boot) lists. What cannot be read is told. */
void files_add(struct files *files, const char *path);

void files_free(struct files *files);

/* For boot.c: tells an error; whether there is room for one more file, which is told where not. */
void files_error(struct files *files, enum sf_diagnostic code, struct place place, const char *detail);
bool files_have_room(struct files *files, struct place place);

/* Reads a file for the core: NULL, or why it cannot be read. */
const char *files_read(struct files *files, const char *path);

#endif
