#include "timing.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A round of repetitions is short: most rounds then come to their end before another process has its turn. */
enum { SECTIONS = 32, STEPS = 64, SPANS = 512, LINE = 64, REPETITIONS = 1000, EARLY_ROUNDS = 20 };

/* A piece of a recording that begins with a mark; pieces of the same name are one. */
struct section {
  const uint8_t *name;
  size_t length;
  uint64_t calls;      /* of all runs */
  int64_t nanoseconds; /* of this run */
};

static struct section sections[SECTIONS];
static size_t section_count;

static bool is_named(const struct step *mark, const void *name, size_t length) {
  return mark->length == length && memcmp(mark->octets, name, length) == 0;
}

/* The section that a mark begins. */
static struct section *section_of(const struct step *mark) {
  for (size_t i = 0; i < section_count; i++)
    if (is_named(mark, sections[i].name, sections[i].length)) return &sections[i];
  if (section_count == SECTIONS) fail("The recording has too many sections.");
  sections[section_count] = (struct section){mark->octets, mark->length, 0, 0};
  return &sections[section_count++];
}

static int64_t nanoseconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) fail("There is no clock.");
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Plays the recording once. Time is taken only at marks. */
static void play_sections(void) {
  struct step step;
  struct section *section = NULL;
  int64_t begun = 0;
  for (size_t at = recording_first(); (at = recording_step(at, &step)) != 0;) {
    if (step.kind != MARK) {
      take(&step);
      if (section != NULL) section->calls++;
      continue;
    }
    int64_t now = nanoseconds();
    if (section != NULL) section->nanoseconds += now - begun;
    section = section_of(&step);
    begun = nanoseconds();
  }
  if (section != NULL) section->nanoseconds += nanoseconds() - begun;
}

void take_time(size_t runs) {
  int64_t *took = calloc(runs * SECTIONS, sizeof *took);
  if (took == NULL) fail("There is no memory for so many runs.");
  for (size_t run = 0; run < runs; run++) {
    for (size_t i = 0; i < section_count; i++) sections[i].nanoseconds = 0;
    play_sections();
    for (size_t i = 0; i < section_count; i++) took[run * SECTIONS + i] = sections[i].nanoseconds;
  }
  printf("{\"backend\":\"%s\",\"runs\":%zu,\"sections\":{", core_backend(), runs);
  for (size_t i = 0; i < section_count; i++) {
    const struct section *section = &sections[i];
    printf("%s\"%.*s\":{\"calls\":%" PRIu64 ",\"nanoseconds\":[", i == 0 ? "" : ",", (int)section->length,
           (const char *)section->name, section->calls / runs);
    for (size_t run = 0; run < runs; run++)
      printf("%s%" PRId64, run == 0 ? "" : ",", took[run * SECTIONS + i]);
    printf("]}");
  }
  printf("}}\n");
  free(took);
}

/* A run of octets that a piece changes, and what they are before it. */
struct span {
  uint32_t at;
  uint32_t size;
};

static struct span spans[SPANS];
static size_t span_count;

/* Finds the lines of memory that differ; those that lie close together are one span. */
static void find_spans(const uint8_t *memory, const uint8_t *before, uint32_t size) {
  for (uint32_t at = 0; at < size; at += LINE) {
    const uint32_t length = size - at < LINE ? size - at : LINE;
    if (memcmp(memory + at, before + at, length) == 0) continue;
    struct span *last = span_count > 0 ? &spans[span_count - 1] : NULL;
    if (last != NULL && at - (last->at + last->size) <= 2 * LINE) {
      last->size = at + length - last->at;
    } else {
      if (span_count == SPANS) fail("The section changes too much of the memory.");
      spans[span_count++] = (struct span){at, length};
    }
  }
}

static void put_back(uint8_t *memory, const uint8_t *before) {
  for (size_t i = 0; i < span_count; i++)
    memcpy(memory + spans[i].at, before + spans[i].at, spans[i].size);
}

/* The steps of the first piece of a section, after all before it have been played. */
static size_t play_up_to(const char *name, struct step *steps) {
  struct step step;
  size_t at = recording_first();
  while ((at = recording_step(at, &step)) != 0 &&
         !(step.kind == MARK && is_named(&step, name, strlen(name))))
    take(&step);
  if (at == 0) fail("The recording has no such section.");
  size_t count = 0;
  while ((at = recording_step(at, &step)) != 0 && step.kind != MARK) {
    if (count == STEPS) fail("The section is too long to be repeated.");
    steps[count++] = step;
  }
  return count;
}

static int64_t repeated(const struct stage *stage, const uint8_t *before, const struct step *steps,
                        size_t count) {
  const int64_t begun = nanoseconds();
  for (size_t i = 0; i < REPETITIONS; i++) {
    put_back(stage->memory, before);
    for (size_t j = 0; j < count; j++) take(&steps[j]);
  }
  return nanoseconds() - begun;
}

void repeat_section(const struct stage *stage, const char *name, size_t rounds) {
  struct step steps[STEPS];
  const size_t count = play_up_to(name, steps);
  uint8_t *before = malloc(stage->size);
  if (before == NULL) fail("There is no memory for a copy of the core's.");
  memcpy(before, stage->memory, stage->size);
  for (size_t i = 0; i < count; i++) take(&steps[i]);
  find_spans(stage->memory, before, stage->size);
  printf("{\"backend\":\"%s\",\"repetitions\":%d,\"nanoseconds\":[", core_backend(), REPETITIONS);
  for (size_t round = 0; round < EARLY_ROUNDS; round++) repeated(stage, before, steps, count);
  for (size_t round = 0; round < rounds; round++) {
    const int64_t both = repeated(stage, before, steps, count);
    const int64_t without = repeated(stage, before, steps, 0);
    printf("%s%.1f", round == 0 ? "" : ",", (double)(both - without) / REPETITIONS);
  }
  printf("]}\n");
  free(before);
}

/* Neither put in its caller's place nor changed: it is known by its name. */
__attribute__((noinline, noipa)) static void take_counted(const struct step *step) {
  take(step);
}

void count_section(const char *name) {
  struct step step;
  bool is_inside = false;
  for (size_t at = recording_first(); (at = recording_step(at, &step)) != 0;) {
    if (step.kind == MARK) is_inside = is_named(&step, name, strlen(name));
    else if (is_inside) take_counted(&step);
    else take(&step);
  }
}
