#include "say.h"

#include <string.h>

#include "board.h"
#include "sip_failover.h"

static void write_piece(void *context, const char *text, size_t length) {
  (void)context;
  serial_write(text, length);
}

static void write_text(const char *text) {
  serial_write(text, strlen(text));
}

void say_record(const uint8_t *record, size_t size, int64_t t, const char *file) {
  if (sip_failover_record(record, size, t, &file, 1, write_piece, NULL)) write_text("\n");
}

void say(const char *sentence) {
  write_text("{\"warning\":");
  sip_failover_json(sentence, strlen(sentence), write_piece, NULL);
  write_text("}\n");
}

void say_trap(const char *reason) {
  write_text("{\"warning\":\"The core has trapped (");
  write_text(reason);
  write_text("): it is started anew with the same configuration.\"}\n");
}

void say_memory(size_t stack) {
  char digits[10];
  size_t at = sizeof digits;
  do {
    digits[--at] = (char)('0' + stack % 10);
    stack /= 10;
  } while (stack > 0);
  write_text("{\"memory\":{\"stack\":");
  serial_write(digits + at, sizeof digits - at);
  write_text("}}\n");
}
