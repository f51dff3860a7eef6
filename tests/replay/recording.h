/*
 * A recording of inputs, and the core that it is played to. format.ts tells the format. What fails ends the
 * program with a sentence and status 1.
 */
#ifndef RECORDING_H
#define RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "core.h"

/* Kinds of steps that are no numbers of exports. */
enum { DRAIN = 0xfe, MARK = 0xff };

struct step {
  unsigned kind;
  unsigned count;
  int64_t arguments[SF_PARAMETERS_MOST];
  const uint8_t *octets;
  size_t length;
};

/* A core that is open, and where its input area is. */
struct stage {
  struct core *core;
  uint8_t *memory;
  uint32_t size;
  uint32_t input;
  uint32_t input_size;
};

_Noreturn void fail(const char *sentence);

/* Opens the core; `module` is NULL where it is compiled in. */
void stage_open(struct stage *stage, const char *module);

/* Calls an export. */
int64_t stage_call(const struct stage *stage, enum sf_export which, const int64_t *arguments);

/* The next action at a time, where it lies in memory, and its octets; NULL: there is none. */
const uint8_t *stage_action(const struct stage *stage, int64_t now, size_t *size);

/* Reads the recording of a path; there is one in a program. */
void recording_open(const char *path);
void recording_close(void);

/* Where the first step is; and the step at `at`: where the next one is, 0 at the end. */
size_t recording_first(void);
size_t recording_step(size_t at, struct step *step);

#endif
