#include "read_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Octets of a file; a phone's has some thousands. */
#define LONGEST_FILE ((size_t)1024 * 1024)

/* Why a file cannot be read, for people. */
static const char *cause_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "there is no such file";
    case EACCES:
    case EPERM:
      return "permission denied";
    case EISDIR:
      return "it is a folder";
    case ELOOP:
      return "too many symbolic links";
    default:
      return strerror(error);
  }
}

char *read_file(const char *path, size_t *size, const char **why) {
  FILE *file = fopen(path, "re");
  char *octets = file == NULL ? NULL : malloc(LONGEST_FILE + 1);
  if (octets == NULL) {
    *why = cause_of(errno);
    if (file != NULL) fclose(file);
    return NULL;
  }
  *size = fread(octets, 1, LONGEST_FILE + 1, file);
  if (ferror(file) || *size > LONGEST_FILE) {
    *why = ferror(file) ? cause_of(errno) : "it is longer than 1 MiB";
    free(octets);
    octets = NULL;
  } else {
    octets[*size] = '\0';
    char *fitting = realloc(octets, *size + 1);
    if (fitting != NULL) octets = fitting;
  }
  fclose(file);
  return octets;
}
