#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

static bool has_control, has_syslog;

/* The line of the system's log that is being written; what is longer is cut. */
static char line[8 * 1024];
static size_t line_length;

void say_open(const struct options *options) {
  has_control = options->has_control;
  has_syslog = options->has_syslog;
  if (has_syslog) openlog("sip-failoverd", LOG_PID, LOG_DAEMON);
}

void say_piece(void *context, const char *text, size_t length) {
  (void)context;
  if (!has_syslog) {
    fwrite(text, 1, length, stdout);
    return;
  }
  if (length > sizeof line - line_length) length = sizeof line - line_length;
  memcpy(line + line_length, text, length);
  line_length += length;
}

static void end_line(void) {
  if (has_syslog)
    syslog(LOG_INFO, "%.*s", (int)line_length, line);
  else
    putchar('\n');
  line_length = 0;
}

void say_record(const uint8_t *record, size_t size, int64_t t, const char *const *files, size_t file_count) {
  if (sip_failover_record(record, size, t, files, file_count, say_piece, NULL))
    end_line();
  else
    say_warning("The core tells of event %d, which this program does not know.", size > 0 ? record[0] : 0);
}

/* A sentence: to the controlling program, to the log, or for people. */
static void sentence(const char *kind, int priority, const char *format, va_list arguments) {
  char text[SENTENCE_ROOM];
  vsnprintf(text, sizeof text, format, arguments);
  if (has_control) {
    printf("{\"%s\":", kind);
    sip_failover_json(text, strlen(text), say_piece, NULL);
    puts("}");
  } else if (has_syslog) {
    syslog(priority, "%s", text);
  } else {
    fprintf(stderr, "%s\n", text);
  }
}

void say_warning(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  sentence("warning", LOG_WARNING, format, arguments);
  va_end(arguments);
}

void say_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  sentence("error", LOG_ERR, format, arguments);
  va_end(arguments);
}

void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
}

bool say_flush(void) {
  return fflush(stdout) == 0;
}
