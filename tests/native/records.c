/*
 * Writes event records as JSON, a line each; "none" for what is no record. Standard input: for each, its time
 * (i64), the number of its octets (u32), little-endian, and the octets. Arguments: the names of the
 * configuration files.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sip_failover.h"

static void write_piece(void *context, const char *text, size_t length) {
  fwrite(text, 1, length, (FILE *)context);
}

/* Reads a number of so many octets; false at the end of the input. */
static bool read_number(size_t octets, uint64_t *number) {
  *number = 0;
  for (size_t i = 0; i < octets; i++) {
    int octet = getchar();
    if (octet == EOF) return false;
    *number |= (uint64_t)octet << i * 8;
  }
  return true;
}

int main(int count, char **names) {
  uint64_t time, size;
  while (read_number(8, &time) && read_number(4, &size)) {
    /* As large as the record, so that reading beyond its end is found out. */
    uint8_t *record = malloc(size);
    if (fread(record, 1, size, stdin) != size) return 1;
    if (!sip_failover_record(record, size, (int64_t)time, (const char *const *)names + 1, (size_t)count - 1,
                             write_piece, stdout))
      fputs("none", stdout);
    putchar('\n');
    free(record);
  }
  return 0;
}
