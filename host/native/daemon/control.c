/*
 * Commands of a controlling program, a line each on standard input: ID NAME ARG…, with one blank between. ID
 * is a number above 0 that the answer bears: {"reply":ID,"result":N}, N being what the function of
 * sip_failover.h answers. Numbers are decimal, texts are octets in hexadecimal, `-` where they are empty. The
 * end of the input is an orderly stop.
 *
 *   call_place ACCOUNT URI HEADERS TYPE BODY
 *   call_respond CALL STATUS HEADERS TYPE BODY
 *   call_hang_up CALL
 *   call_request CALL METHOD HEADERS TYPE BODY
 *   request_send ACCOUNT METHOD URI HEADERS TYPE BODY
 *   subscribe ACCOUNT PACKAGE URI EXPIRES
 *   set_busy CALLS
 *   stop
 *
 * A line that is none of these is answered SF_ERROR_BAD_ARGUMENT, one that is too long SF_ERROR_TOO_LONG,
 * with ID 0 where none can be read. While the core is down after a trap, the answer is SIP_FAILOVER_TRAPPED.
 *
 * What the program says goes to standard output, an object of JSON a line, in the order in which it happens:
 * records; {"started":T} when the phone begins, T being the wall clock when `t` of the records was 0, in
 * milliseconds since 1970; replies, each before the records that follow from it; {"warning":"…"};
 * {"error":"…"}, after which it ends; and with --wire what wire.c writes.
 */
#include "control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "phone.h"
#include "say.h"

/* Octets of a line: what an input area of the core can hold, in hexadecimal, and some. */
#define LINE_ROOM (40 * 1024)

#define MOST_WORDS 9

static bool is_open;
static char line[LINE_ROOM + 1];
static size_t length;
static bool is_too_long; /* the rest of a line that was */

void control_open(void) {
  is_open = true;
}

int control_descriptor(void) {
  return is_open ? STDIN_FILENO : -1;
}

static bool number_of(const char *word, uint32_t *number) {
  char *end;
  errno = 0;
  unsigned long long value = strtoull(word, &end, 10);
  *number = (uint32_t)value;
  return *word >= '0' && *word <= '9' && *end == '\0' && errno == 0 && value <= UINT32_MAX;
}

static int digit_of(char character) {
  const char *digits = "0123456789abcdef", *found = character == '\0' ? NULL : strchr(digits, character);
  return found == NULL ? -1 : (int)(found - digits);
}

/* Turns a word in hexadecimal into the text it stands for, in its place: its length, or -1. */
static ptrdiff_t text_of(char *word) {
  size_t digits = strcmp(word, "-") == 0 ? 0 : strlen(word);
  if (digits % 2 != 0) return -1;
  for (size_t i = 0; i < digits; i += 2) {
    int high = digit_of(word[i]), low = digit_of(word[i + 1]);
    if (high < 0 || low < 0) return -1;
    word[i / 2] = (char)(high << 4 | low);
  }
  word[digits / 2] = '\0';
  return (ptrdiff_t)(digits / 2);
}

/* What a command has, by the letters of its form: n a number, t a text without a NUL, b a body. */
struct words {
  uint32_t numbers[3];
  const char *texts[3];
  struct sip_failover_content content;
};

static bool read_words(char **words, size_t count, const char *form, struct words *read) {
  size_t numbers = 0, texts = 0;
  if (count != strlen(form)) return false;
  for (size_t i = 0; i < count; i++) {
    if (form[i] == 'n') {
      if (!number_of(words[i], &read->numbers[numbers++])) return false;
      continue;
    }
    ptrdiff_t size = text_of(words[i]);
    if (size < 0 || (form[i] == 't' && strlen(words[i]) != (size_t)size)) return false;
    if (form[i] == 't')
      read->texts[texts++] = words[i];
    else
      read->content = (struct sip_failover_content){read->texts[texts - 2], read->texts[texts - 1], words[i],
                                                    (size_t)size};
  }
  return true;
}

static int32_t do_call_place(const struct words *w) {
  return sip_failover_call_place(phone_core(), clock_now(), w->numbers[0], w->texts[0], &w->content);
}
static int32_t do_call_respond(const struct words *w) {
  return sip_failover_call_respond(phone_core(), clock_now(), w->numbers[0], w->numbers[1], &w->content);
}
static int32_t do_call_hang_up(const struct words *w) {
  return sip_failover_call_hang_up(phone_core(), clock_now(), w->numbers[0]);
}
static int32_t do_call_request(const struct words *w) {
  enum sf_method method = (enum sf_method)w->numbers[1];
  return sip_failover_call_request(phone_core(), clock_now(), w->numbers[0], method, &w->content);
}
static int32_t do_request_send(const struct words *w) {
  enum sf_method method = (enum sf_method)w->numbers[1];
  return sip_failover_request_send(phone_core(), clock_now(), w->numbers[0], method, w->texts[0],
                                   &w->content);
}
static int32_t do_subscribe(const struct words *w) {
  enum sf_package package = (enum sf_package)w->numbers[1];
  return sip_failover_subscribe(phone_core(), clock_now(), w->numbers[0], package, w->texts[0],
                                w->numbers[2]);
}
static int32_t do_set_busy(const struct words *w) {
  return sip_failover_set_busy(phone_core(), clock_now(), w->numbers[0]);
}

static const struct command {
  const char *name, *form;
  int32_t (*run)(const struct words *words);
} commands[] = {
    {"call_place", "ntttb", do_call_place},
    {"call_respond", "nnttb", do_call_respond},
    {"call_hang_up", "n", do_call_hang_up},
    {"call_request", "nnttb", do_call_request},
    {"request_send", "nntttb", do_request_send},
    {"subscribe", "nntn", do_subscribe},
    {"set_busy", "n", do_set_busy},
};

static int32_t run(char **words, size_t count) {
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    struct words read = {.texts = {NULL}};
    if (strcmp(words[0], commands[i].name) != 0) continue;
    if (!read_words(words + 1, count - 1, commands[i].form, &read)) return SF_ERROR_BAD_ARGUMENT;
    return phone_works() ? commands[i].run(&read) : SIP_FAILOVER_TRAPPED;
  }
  return SF_ERROR_BAD_ARGUMENT;
}

/* Does what a line asks for. */
static void take_line(void) {
  char *words[MOST_WORDS + 1], *rest = line;
  size_t count = 0;
  uint32_t number = 0;
  for (char *word; count <= MOST_WORDS && (word = strsep(&rest, " ")) != NULL;) words[count++] = word;
  bool is_numbered = number_of(words[0], &number);
  bool is_stop = is_numbered && count == 2 && strcmp(words[1], "stop") == 0;
  int32_t result = is_stop ? 0 : is_too_long ? SF_ERROR_TOO_LONG : SF_ERROR_BAD_ARGUMENT;
  if (!is_too_long && !is_stop && is_numbered && count > 1) result = run(words + 1, count - 1);
  say("{\"reply\":%u,\"result\":%d}\n", is_numbered ? (unsigned)number : 0, (int)result);
  if (is_stop) phone_stop();
  phone_turn();
}

void control_ready(void) {
  ssize_t count = read(STDIN_FILENO, line + length, LINE_ROOM - length);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    is_open = false;
    phone_stop();
    return;
  }
  length += (size_t)count;
  for (char *end; (end = memchr(line, '\n', length)) != NULL;) {
    size_t taken = (size_t)(end + 1 - line);
    *end = '\0';
    take_line();
    is_too_long = false;
    length -= taken;
    memmove(line, line + taken, length);
  }
  /* Of a line that is too long, its beginning is kept for its number. */
  if (length == LINE_ROOM) {
    is_too_long = true;
    length = LINE_ROOM / 2;
  }
}
