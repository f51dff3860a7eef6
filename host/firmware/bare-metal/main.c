/*
 * A phone on a Cortex-M4 without an operating system. The words of the command line: its configuration's
 * file, and, instead of DHCP, ADDRESS/PREFIX and the gateway. The line "stop" at the serial port is an
 * orderly stop.
 */
#include <string.h>

#include "board.h"
#include "network.h"
#include "phone.h"
#include "say.h"

/* How long the network may take until the phone starts without it. Milliseconds. */
#define NETWORK_PATIENCE 10000

#define MOST_WORDS 4

static char command_line[256];
static uint8_t configuration[16 * 1024];

/* The command line's words, the program's name first: how many. */
static size_t split(char *line, char *words[MOST_WORDS]) {
  size_t count = 0;
  for (char *word = line + strspn(line, " "); *word != '\0' && count < MOST_WORDS;) {
    char *end = word + strcspn(word, " ");
    words[count++] = word;
    word = end + strspn(end, " ");
    *end = '\0';
  }
  return count;
}

/* Whether a line that says "stop" has come. */
static bool wants_stop(void) {
  static const char stop[] = "stop\n";
  static size_t matched;
  for (int character; (character = serial_read()) >= 0;) {
    if (character == '\r') character = '\n';
    matched = character == stop[matched] ? matched + 1 : character == stop[0];
    if (stop[matched] != '\0') continue;
    matched = 0;
    return true;
  }
  return false;
}

int main(void) {
  char *words[MOST_WORDS] = {0};
  serial_open();
  clock_start();
  if (!host_command_line(command_line, sizeof command_line) || split(command_line, words) < 2) {
    say("No configuration: its file is the first word of the command line.");
    return 2;
  }
  struct sip_failover_file file = {.name = words[1], .octets = configuration};
  int size = host_read_file(words[1], configuration, sizeof configuration);
  if (size < 0) {
    say("The configuration cannot be read, or has more than 16 KiB.");
    return 1;
  }
  file.size = (size_t)size;
  if (!network_open(&(struct network_options){.address = words[2], .gateway = words[3]})) {
    say("The network cannot be started.");
    return 1;
  }
  while (!network_is_up() && clock_now() < NETWORK_PATIENCE)
    if (!network_poll()) board_wait();
  if (!phone_open(&file)) return 1;
  while (!phone_is_over()) {
    bool had_frame = network_poll();
    phone_turn();
    if (wants_stop()) phone_stop();
    if (!had_frame) board_wait();
  }
  say_memory(board_stack_used());
  return 0;
}
