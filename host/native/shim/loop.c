#include "loop.h"

#include "clock.h"
#include "flows.h"

bool loop_wait(int64_t deadline, int descriptor, const sigset_t *mask) {
  static struct pollfd polled[FLOWS_POLLED + 1];
  struct timespec wait;
  nfds_t count = flows_wanted(polled);
  int64_t late = flows_deadline();
  polled[count] = (struct pollfd){.fd = descriptor, .events = POLLIN};
  int found = ppoll(polled, count + 1, clock_until(late < deadline ? late : deadline, &wait), mask);
  /* A signal, and nothing has been written there. */
  if (found > 0) flows_ready(polled, count);
  flows_late(clock_now());
  return found > 0 && polled[count].revents != 0;
}
