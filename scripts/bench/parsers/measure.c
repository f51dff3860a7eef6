/*
 * Takes the time that a library needs to parse a message, over and over.
 *
 *   PROGRAM --time ROUNDS FILE   writes what one repetition took in each round, in nanoseconds, as JSON
 *   PROGRAM --count N FILE       parses so many times, for a tool that counts what parser_parse does
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parser.h"

/* As in tests/replay/timing.c. */
enum { REPETITIONS = 1000, EARLY_ROUNDS = 20, MESSAGE_MOST = 65535 };

static _Noreturn void fail(const char *sentence) {
  fprintf(stderr, "%s\n", sentence);
  exit(1);
}

static int64_t nanoseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) fail("There is no clock.");
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void parse(const char *octets, size_t size, size_t times) {
  for (size_t i = 0; i < times; i++)
    if (!parser_parse(octets, size)) fail("The library refuses the message.");
}

int main(int count, char **words) {
  static char octets[MESSAGE_MOST + 1];
  if (count != 4) fail("usage: --time ROUNDS FILE | --count N FILE");
  const size_t times = strtoul(words[2], NULL, 10);
  FILE *file = fopen(words[3], "rb");
  if (file == NULL) fail("The message cannot be opened.");
  const size_t size = fread(octets, 1, MESSAGE_MOST, file);
  fclose(file);
  parser_open();
  if (strcmp(words[1], "--count") == 0) {
    parse(octets, size, times);
  } else {
    parse(octets, size, (size_t)REPETITIONS * EARLY_ROUNDS);
    printf("{\"nanoseconds\":[");
    for (size_t i = 0; i < times; i++) {
      const int64_t begun = nanoseconds();
      parse(octets, size, REPETITIONS);
      printf("%s%.1f", i == 0 ? "" : ",", (double)(nanoseconds() - begun) / REPETITIONS);
    }
    printf("]}\n");
  }
  parser_close();
  return 0;
}
