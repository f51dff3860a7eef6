/*
 * Plays recorded inputs to the core, and at each of them damaged ones of the same kind from the very same
 * state.
 *
 *   fuzz SEED MOST RECORDING [over-read | over-write]
 *
 * It is for a core that is compiled in, with AddressSanitizer. Linear memory hides a read beyond the octets
 * that have come in: so the rest of the input area is poisoned while the core has them. At most MOST damaged
 * inputs are made; how many there were, and a hash of what came of all inputs, is written as an object of
 * JSON. The last word has the core look one octet too far, or overwrites what lies behind its memory, to see
 * that both are found.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "recording.h"

/* Damaged inputs one after the other from the same state. */
enum { IN_A_ROW = 12 };

static struct stage stage;
static uint8_t *state;
static uint64_t random_state;
static uint64_t hash = 0xcbf29ce484222325;
static uint64_t made;
static bool reads_too_far;

/* xorshift64*: the same numbers everywhere. */
static uint32_t below(uint32_t bound) {
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * 0x2545f4914f6cdd1d) >> 32) % bound;
}

/* FNV-1a. */
static void note(const uint8_t *octets, size_t size) {
  for (size_t i = 0; i < size; i++) hash = (hash ^ octets[i]) * 0x100000001b3;
}

static const char *const pieces[] = {
    "\r\n",       "\r\n\r\n",
    ":",          ";",
    ",",          "<",
    ">",          "\"",
    "%",          "=",
    "@",          "SIP/2.0 ",
    "4294967296", "99999999999999999999",
    "-1",         "[::ffff:1.2.3.4]",
    "\xc0\x0c",   "Content-Length: 99999\r\n",
    "Via: ",      "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n",
};

/* Puts octets instead of `gone` octets at `at`; what does not fit is left out. */
static size_t splice(uint8_t *message, size_t length, size_t at, size_t gone, const uint8_t *octets,
                     size_t size) {
  if (length - gone + size > stage.input_size) return length;
  memmove(message + at + size, message + at + gone, length - at - gone);
  if (size > 0) memcpy(message + at, octets, size);
  return length - gone + size;
}

/* Damages a message in place: its new length. */
static size_t damage(uint8_t *message, size_t length) {
  static uint8_t copy[64];
  uint32_t at = below((uint32_t)length + 1);
  size_t rest = length - at;
  size_t size = below((uint32_t)(rest < sizeof copy ? rest : sizeof copy) + 1);
  const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
  switch (below(8)) {
    case 0:
      return at;
    case 1:
      return splice(message, length, at, size, NULL, 0);
    case 2:
      memcpy(copy, message + at, size);
      return splice(message, length, at, 0, copy, size);
    case 3:
      return splice(message, length, at, 0, (const uint8_t *)piece, strlen(piece));
    case 4:
      return splice(message, length, at, size, (const uint8_t *)piece, strlen(piece));
    case 5:
      for (size_t i = 0; i < size; i++) copy[i] = (uint8_t)below(256);
      return splice(message, length, at, size, copy, size);
    default:
      if (at < length) message[at] ^= (uint8_t)(1 << below(8));
      return length;
  }
}

/* Gives the core an input, and takes what comes of it. Of the input area it may read the input alone. */
static void take(const struct step *step) {
  if (step->kind == MARK) return;
  if (step->kind != DRAIN) {
    uint8_t *input = stage.memory + stage.input;
    if (step->length > 0) memcpy(input, step->octets, step->length);
    /* In other calls the core makes use of the area. */
    if (step->kind == SF_EXPORT_FLOW_BYTES)
      ASAN_POISON_MEMORY_REGION(input + step->length, stage.input_size - step->length);
    int64_t answer = stage_call(&stage, (enum sf_export)step->kind, step->arguments);
    ASAN_UNPOISON_MEMORY_REGION(input, stage.input_size);
    note((const uint8_t *)&answer, sizeof answer);
    return;
  }
  const uint8_t *action;
  size_t size = 0;
  while ((action = stage_action(&stage, step->arguments[0], &size)) != NULL) note(action, size);
}

/* A step like another one, its octets damaged, and its numbers now and then. */
static void take_damaged(const struct step *step) {
  static uint8_t message[65536];
  struct step damaged = *step;
  memcpy(message, step->octets, step->length);
  for (uint32_t times = 1 + below(3); times > 0; times--) damaged.length = damage(message, damaged.length);
  damaged.octets = message;
  if (step->kind == SF_EXPORT_FLOW_BYTES) {
    damaged.arguments[2] = (int64_t)damaged.length + reads_too_far;
  } else {
    /* An address has its length; texts have theirs among the numbers. */
    damaged.length = step->length;
    if (step->count > 1 && below(2) == 0) {
      damaged.arguments[1 + below(step->count - 1)] = below(2) == 0 ? below(100) : (int64_t)below(UINT32_MAX);
      damaged.length = stage.input_size;
    }
  }
  take(&damaged);
  made++;
  struct step drain = {.kind = DRAIN, .count = 1, .arguments = {step->arguments[0]}};
  take(&drain);
}

static bool is_worth_damage(const struct step *step) {
  return step->kind == SF_EXPORT_FLOW_BYTES ||
         (step->kind >= SF_EXPORT_FLOW_OPENED && step->kind <= SF_EXPORT_SUBSCRIBE);
}

static void play(uint64_t most) {
  struct step step;
  for (size_t at = recording_first(); (at = recording_step(at, &step)) != 0;) {
    if (is_worth_damage(&step) && made < most) {
      memcpy(state, stage.memory, stage.size);
      for (int i = 0; i < IN_A_ROW; i++) take_damaged(&step);
      memcpy(stage.memory, state, stage.size);
    }
    take(&step);
  }
}

int main(int count, char **words) {
  if (count < 4 || count > 5) fail("usage: fuzz SEED MOST RECORDING [over-read | over-write]");
  const char *planted = count == 5 ? words[4] : "";
  random_state = strtoull(words[1], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
  recording_open(words[3]);
  stage_open(&stage, NULL);
  state = malloc(stage.size);
  if (state == NULL) fail("There is no memory for the core's state.");
  reads_too_far = strcmp(planted, "over-read") == 0;
  if (strcmp(planted, "over-write") == 0) ((volatile uint8_t *)stage.memory)[stage.size] = 1;
  play(strtoull(words[2], NULL, 10));
  printf("{\"damaged\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"}\n", made, hash);
  core_close(stage.core);
  free(state);
  recording_close();
  return 0;
}
