/* The program sip-failoverd: a SIP phone that stays reachable when its servers fail. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "control.h"
#include "loop.h"
#include "phone.h"
#include "say.h"
#include "state.h"
#include "wire.h"

#define COULD_NOT_START 1

/* Exit status after a second SIGINT or SIGTERM: 128 and the number of SIGINT, as shells have it. */
#define INTERRUPTED 130

static volatile sig_atomic_t stops, provoked;

static void take_signal(int number) {
  if (number == SIGUSR1)
    provoked = 1;
  else if (++stops > 1)
    _exit(INTERRUPTED);
}

/* Signals come in while poll waits, and at no other time. `waiting` becomes the mask for that. */
static void prepare_signals(sigset_t *waiting) {
  static const int taken[] = {SIGINT, SIGTERM, SIGUSR1};
  struct sigaction action = {.sa_handler = take_signal};
  sigset_t blocked;
  sigemptyset(&blocked);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
    sigaction(taken[i], &action, NULL);
    sigaddset(&blocked, taken[i]);
  }
  sigprocmask(SIG_BLOCK, &blocked, waiting);
  signal(SIGPIPE, SIG_IGN);
}

static int64_t earlier(int64_t one, int64_t other) {
  return one < other ? one : other;
}

/* Waits for what comes first, and has it dealt with. */
static void turn(int64_t end, const sigset_t *waiting) {
  bool is_heard = say_flush();
  int64_t deadline = is_heard ? earlier(end, earlier(phone_deadline(), state_deadline())) : clock_now();
  bool has_input = loop_wait(deadline, control_descriptor(), waiting);
  if (stops > 0 || clock_now() >= end || !is_heard) phone_stop();
#ifdef SIP_FAILOVER_TEST_TRAP
  if (provoked && phone_works()) sip_failover_provoke(phone_core());
  provoked = 0;
#endif
  if (has_input) control_ready();
  phone_turn();
  state_turn();
}

int main(int count, char **words) {
  struct options options;
  int status;
  sigset_t waiting;
  if (!read_options(count, words, &options, &status)) return status;
  status = COULD_NOT_START;
  say_open(&options);
  if (options.has_control) control_open();
  if (options.has_wire) wire_open();
  prepare_signals(&waiting);
  if (phone_open(&options)) {
    clock_start();
    state_open(options.state);
    if (options.has_control) say("{\"started\":%.0f}\n", clock_wall());
    phone_start();
    while (!phone_is_over(&status)) turn(options.duration, &waiting);
  }
  phone_close();
  return say_flush() ? status : COULD_NOT_START;
}
