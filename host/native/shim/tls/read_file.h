/* Reads a file as a whole. */
#ifndef READ_FILE_H
#define READ_FILE_H

#include <stddef.h>

/* The octets of a file with a NUL behind them, to be freed; NULL, and why it cannot be read. */
char *read_file(const char *path, size_t *size, const char **why);

#endif
