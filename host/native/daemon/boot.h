/* Boot files: they list configuration files, a line for each. */
#ifndef BOOT_H
#define BOOT_H

#include "files.h"

/* Whether a file is one, by its name. */
bool is_boot_file(const char *path);

/* Reads the files that it lists, by their paths from where it lies. */
void read_boot_file(struct files *files, const char *path);

#endif
