/*
 * A core that is somewhere else: each call goes to descriptor 3, and waits for its answer from descriptor 4.
 * So a test plays the core, and tries the sockets of the program. Little-endian: the export (u32), octets of
 * the input area that follow (u32), its arguments (i64 each, SF_PARAMETERS_MOST of them), the octets; the
 * answer: its result (i64), and an action: how many octets (u32), and those.
 */
#include <string.h>
#include <unistd.h>

#include "core.h"

enum { CALLS = 3, ANSWERS = 4, INPUT = 1024, INPUT_SIZE = 16384, ACTION = 32768, MEMORY_SIZE = 131072 };

struct core {
  uint8_t memory[MEMORY_SIZE];
};

static struct core only;

struct core *core_open(const char *module, char *why, size_t size) {
  (void)module;
  (void)why;
  (void)size;
  return &only;
}

void core_close(struct core *core) {
  (void)core;
}

uint8_t *core_memory(struct core *core, uint32_t *size) {
  *size = MEMORY_SIZE;
  return core->memory;
}

const char *core_trap(const struct core *core) {
  (void)core;
  return NULL;
}

const char *core_backend(void) {
  return "test";
}

static void read_all(void *octets, size_t size) {
  for (size_t at = 0; at < size;) {
    ssize_t count = read(ANSWERS, (char *)octets + at, size - at);
    if (count <= 0) _exit(99);
    at += (size_t)count;
  }
}

static void write_all(const void *octets, size_t size) {
  for (size_t at = 0; at < size;) {
    ssize_t count = write(CALLS, (const char *)octets + at, size - at);
    if (count <= 0) _exit(99);
    at += (size_t)count;
  }
}

/* Octets of the input area that belong to a call. */
static uint32_t input_of(enum sf_export which, const int64_t *arguments) {
  if (which == SF_EXPORT_FLOW_BYTES) return arguments[2] < INPUT_SIZE ? (uint32_t)arguments[2] : INPUT_SIZE;
  return which == SF_EXPORT_FLOW_OPENED || which == SF_EXPORT_FLOW_INCOMING ? 16 : 0;
}

#define IGNORED(index)
#define COUNT(NAME, name, result, count, parameters) [SF_EXPORT_##NAME] = count,

bool core_call(struct core *core, enum sf_export which, const int64_t *arguments, int64_t *result) {
  static const size_t counts[] = {SF_EXPORTS(COUNT, IGNORED, IGNORED)};
  uint32_t head[2] = {which, input_of(which, arguments)}, size;
  int64_t given[SF_PARAMETERS_MOST] = {0};
  memcpy(given, arguments, counts[which] * sizeof *given);
  write_all(head, sizeof head);
  write_all(given, sizeof given);
  write_all(core->memory + INPUT, head[1]);
  read_all(result, sizeof *result);
  read_all(&size, sizeof size);
  read_all(core->memory + ACTION, size);
  return true;
}

#ifdef SIP_FAILOVER_TEST_TRAP
void core_provoke(struct core *core) {
  (void)core;
}
#endif
