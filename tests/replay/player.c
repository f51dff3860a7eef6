/*
 * Plays recorded inputs to the core, however it is held, and writes what comes out of it.
 *
 *   replay [--module FILE] [--time N | --repeat SECTION N | --count SECTION] RECORDING
 *
 * format.ts tells the format of a recording and of what is written. With --time, --repeat and --count it is
 * played without a word, and timing.h says what becomes of it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording.h"
#include "timing.h"

static struct stage stage;
static bool is_quiet;

static void write_octets(const void *octets, size_t size) {
  if (is_quiet) return;
  if (fwrite(octets, 1, size, stdout) != size) fail("The output cannot be written.");
}

static void write_number(uint64_t value, size_t width) {
  uint8_t octets[8];
  for (size_t i = 0; i < width; i++) octets[i] = (uint8_t)(value >> (8 * i));
  write_octets(octets, width);
}

static void drain(int64_t now) {
  const uint8_t *action;
  size_t size = 0;
  while ((action = stage_action(&stage, now, &size)) != NULL) write_octets(action, size);
  write_number(0, 4);
  write_number((uint64_t)stage_call(&stage, SF_EXPORT_NEXT_DEADLINE, NULL), 8);
}

void take(const struct step *step) {
  if (step->kind == MARK) return;
  if (step->kind == DRAIN) {
    drain(step->arguments[0]);
    return;
  }
  if (step->kind >= SF_EXPORTS_COUNT || step->length > stage.input_size)
    fail("The recording has a step that cannot be.");
  if (step->length > 0) memcpy(stage.memory + stage.input, step->octets, step->length);
  write_number((uint64_t)stage_call(&stage, (enum sf_export)step->kind, step->arguments), 8);
}

static void play(void) {
  struct step step;
  for (size_t at = recording_first(); (at = recording_step(at, &step)) != 0;) take(&step);
}

static _Noreturn void usage(void) {
  fputs("usage: replay [--module FILE] [--time N | --repeat SECTION N | --count SECTION] RECORDING\n", stderr);
  exit(2);
}

int main(int count, char **words) {
  const char *module = NULL, *path = NULL, *repeated = NULL, *counted = NULL;
  size_t runs = 0;
  for (int i = 1; i < count; i++) {
    if (strcmp(words[i], "--module") == 0 && i + 1 < count) module = words[++i];
    else if (strcmp(words[i], "--time") == 0 && i + 1 < count) runs = strtoul(words[++i], NULL, 10);
    else if (strcmp(words[i], "--count") == 0 && i + 1 < count) counted = words[++i];
    else if (strcmp(words[i], "--repeat") == 0 && i + 2 < count) {
      repeated = words[++i];
      runs = strtoul(words[++i], NULL, 10);
    } else if (path == NULL && words[i][0] != '-') path = words[i];
    else usage();
  }
  if (path == NULL) usage();
  is_quiet = runs > 0 || counted != NULL;
  recording_open(path);
  stage_open(&stage, module);
  if (counted != NULL) {
    count_section(counted);
  } else if (repeated != NULL) {
    repeat_section(&stage, repeated, runs);
  } else if (runs > 0) {
    take_time(runs);
  } else {
    play();
    write_number(stage.size, 4);
    write_octets(stage.memory, stage.size);
  }
  core_close(stage.core);
  recording_close();
  return fflush(stdout) == 0 ? 0 : 1;
}
