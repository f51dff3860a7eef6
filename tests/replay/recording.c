#include "recording.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, HEADER = 16, STEP_HEADER = 4, ARGUMENT = 8 };

static uint8_t *recording;
static size_t recording_size;

void fail(const char *sentence) {
  fprintf(stderr, "%s\n", sentence);
  exit(1);
}

static uint64_t number_at(const uint8_t *octets, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; i++) value |= (uint64_t)octets[i] << (8 * i);
  return value;
}

void stage_open(struct stage *stage, const char *module) {
  char why[256];
  stage->core = core_open(module, why, sizeof why);
  if (stage->core == NULL) fail(why);
  stage->memory = core_memory(stage->core, &stage->size);
  stage->input = (uint32_t)stage_call(stage, SF_EXPORT_INPUT, NULL);
  stage->input_size = (uint32_t)stage_call(stage, SF_EXPORT_INPUT_SIZE, NULL);
}

int64_t stage_call(const struct stage *stage, enum sf_export which, const int64_t *arguments) {
  int64_t result;
  if (!core_call(stage->core, which, arguments, &result)) {
    fprintf(stderr, "The core has trapped: %s.\n", core_trap(stage->core));
    exit(1);
  }
  return result;
}

const uint8_t *stage_action(const struct stage *stage, int64_t now, size_t *size) {
  int64_t at = stage_call(stage, SF_EXPORT_NEXT_ACTION, &now);
  if (at == 0) return NULL;
  if (at > (int64_t)stage->size - 4) fail("An action lies outside of the memory.");
  const uint8_t *action = stage->memory + at;
  *size = (size_t)number_at(action + 2, 2);
  if (*size < 4 || *size > stage->size - (size_t)at) fail("An action reaches out of the memory.");
  return action;
}

void recording_open(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) fail("The recording cannot be opened.");
  if (fseek(file, 0, SEEK_END) != 0) fail("The recording cannot be read.");
  long size = ftell(file);
  rewind(file);
  recording_size = size < 0 ? 0 : (size_t)size;
  recording = malloc(recording_size + 1);
  if (recording == NULL || fread(recording, 1, recording_size, file) != recording_size)
    fail("The recording cannot be read.");
  fclose(file);
  if (recording_size < HEADER || memcmp(recording, "SFREPLAY", 8) != 0 ||
      number_at(recording + 8, 4) != FORMAT)
    fail("This is no recording that this program knows.");
  if (number_at(recording + 12, 4) != SF_CONTRACT_VERSION)
    fail("The recording is of another version of the contract.");
}

void recording_close(void) {
  free(recording);
}

size_t recording_first(void) {
  return HEADER;
}

size_t recording_step(size_t at, struct step *step) {
  if (at == recording_size) return 0;
  if (recording_size - at < STEP_HEADER) fail("The recording is cut off.");
  const uint8_t *head = recording + at;
  step->kind = head[0];
  step->count = head[1];
  step->length = (size_t)number_at(head + 2, 2);
  size_t size = STEP_HEADER + ARGUMENT * step->count + step->length;
  if (step->count > SF_PARAMETERS_MOST || recording_size - at < size) fail("The recording is cut off.");
  for (size_t i = 0; i < step->count; i++)
    step->arguments[i] = (int64_t)number_at(head + STEP_HEADER + ARGUMENT * i, ARGUMENT);
  step->octets = head + size - step->length;
  return at + size;
}
